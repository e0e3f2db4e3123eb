package io.agyn;

import io.agyn.commands.Commands;
import io.agyn.settings.OperatorException;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;

/** What {@code java -jar quarkus-run.jar} runs: the server, or a command beside it. */
@QuarkusMain
public final class Main {

    private static final int FAILURE = 1;

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
        } catch (OperatorException e) {
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
            SettingsReader.warnOfUnknown(System.err);
            return new Launch(settings).run();
        }
        return Commands.run(arguments, System.out, System.err);
    }
}
