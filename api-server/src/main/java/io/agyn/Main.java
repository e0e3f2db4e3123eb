package io.agyn;

import io.agyn.keys.Keyset;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import io.agyn.settings.StartException;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.nio.file.Path;
import java.util.List;

/** What {@code java -jar quarkus-run.jar} runs: the server, or a command beside it. */
@QuarkusMain
public final class Main {

    private static final String USAGE = """
            Usage: java -jar quarkus-run.jar                       start the server
                   java -jar quarkus-run.jar keyset create <file>  make a file of encryption keys
                   java -jar quarkus-run.jar --help                show this

            The server is set up by environment variables, AGYN_HTTP_PORT, AGYN_DATA_DIR and AGYN_DATABASE_URL
            first among them. With none it listens on http://127.0.0.1:8080 and keeps its data, in a PostgreSQL
            of its own, in ~/.local/share/agyn.
            """;

    private static final int FAILURE = 1;
    private static final int MISUSE = 2;

    private Main() {}

    /**
     * Runs what the arguments ask for, and ends the process with 0, with 1 on a failure that it has put into a sentence
     * on standard error, or with 2 on arguments that it does not know.
     *
     * @param arguments as {@code --help} describes them
     */
    public static void main(String... arguments) {
        int code;
        try {
            code = run(List.of(arguments));
        } catch (StartException e) {
            System.err.println(e.getMessage());
            code = FAILURE;
        }
        // A server that was stopped returns instead: under quarkus:dev the process goes on. The others must not, since
        // Quarkus's entry point would then print the log that it has held back for a server.
        if (code != 0 || arguments.length > 0) {
            System.exit(code);
        }
    }

    private static int run(List<String> arguments) {
        if (arguments.isEmpty()) {
            Settings settings = SettingsReader.read();
            for (String variable : SettingsReader.unknown(System.getenv().keySet())) {
                System.err.println(variable + " is not a setting of this server and is ignored.");
            }
            return new Launch(settings).run();
        }
        if (arguments.equals(List.of("--help")) || arguments.equals(List.of("-h"))) {
            System.out.print(USAGE);
            return 0;
        }
        if (arguments.size() == 3 && arguments.subList(0, 2).equals(List.of("keyset", "create"))) {
            Path file = Path.of(arguments.get(2)).toAbsolutePath();
            Keyset.create(file);
            System.out.println("Wrote new encryption keys to " + file + ". Keep a copy apart from the database's: what"
                    + " they have encrypted cannot be read without them.");
            return 0;
        }
        System.err.print(USAGE);
        return MISUSE;
    }
}
