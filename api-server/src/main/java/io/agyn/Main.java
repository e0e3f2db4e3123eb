package io.agyn;

import io.agyn.commands.Commands;
import io.agyn.operator.OperatorException;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;

/** The entry point of {@code java -jar quarkus-run.jar}: the server, or a command. */
@QuarkusMain
public final class Main {

    private static final int FAILURE = 1;

    private Main() {}

    /**
     * Runs the server or a command. The exit code is 0, 1 after a failure that is reported on standard error, or 2
     * for unknown arguments.
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
        // A stopped server returns instead, since under quarkus:dev the process continues. Commands must exit:
        // otherwise Quarkus's entry point prints the log that it has buffered for a server.
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
