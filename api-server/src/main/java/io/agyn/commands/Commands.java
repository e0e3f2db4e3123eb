package io.agyn.commands;

import static java.util.Objects.requireNonNull;

import io.agyn.commands.Command.UsageException;
import io.agyn.operator.OperatorException;
import io.agyn.settings.SettingsReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The commands of the server program. To add one, add a {@link Command} to {@link #ALL}; its help, usage line and
 * argument check follow from it.
 */
public final class Commands {

    static final List<Command> ALL = Stream.of(
                    KeysetCommands.ALL,
                    AdminTokenCommands.ALL,
                    AuditCommands.ALL,
                    BackupCommands.ALL,
                    SettingsCommands.ALL)
            .flatMap(List::stream)
            .toList();

    private static final String PROGRAM = "agyn-server";
    private static final String ABOUT = """

        The program is bin/agyn-server, or java -jar quarkus-run.jar. Environment variables configure the server and the
        commands, above all AGYN_HTTP_PORT, AGYN_DATA_DIR and AGYN_DATABASE_URL. By default, the server listens on
        http://127.0.0.1:8080 and stores its data in ~/.local/share/agyn with an embedded PostgreSQL. Commands use the
        same data, whether or not the server runs.

        Exit codes: 0 for success; 1 for a failure, with a message on standard error; 2 for wrong usage.
        """;

    private static final int USAGE_ERROR = 2;

    private Commands() {}

    /**
     * Runs the command that the arguments name.
     *
     * @param arguments at least one
     * @param out receives the output, and the text of {@code --help}
     * @param err receives the usage after invalid arguments
     * @return the exit code, 0 or 2
     * @throws OperatorException if the command fails
     */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.equals(List.of("--version"))) {
            out.println(PROGRAM + " " + version());
            return 0;
        }
        List<Command> named =
                ALL.stream().filter(command -> command.isNamedIn(arguments)).toList();
        boolean isHelp = arguments.contains("--help") || arguments.contains("-h");
        if (named.isEmpty()) {
            List<Command> group = group(arguments.getFirst());
            boolean isGroup = !group.isEmpty();
            // "keyset burn --help" asks for help on an unknown command.
            boolean isRequested = isHelp && (arguments.size() == 1 || isGroup && arguments.size() == 2);
            if (!isRequested) {
                err.println("Unknown command \"" + String.join(" ", arguments) + "\".");
            }
            (isRequested ? out : err).print(usage(isGroup ? group : ALL, !isGroup));
            return isRequested ? 0 : USAGE_ERROR;
        }
        Command command = named.getFirst();
        if (isHelp) {
            out.print(help(command));
            return 0;
        }
        List<String> rest = command.argumentsAfterName(arguments);
        if (!command.accepts(rest)) {
            err.println("\"" + command.name() + "\" does not accept \"" + String.join(" ", rest) + "\".");
            err.print(help(command));
            return USAGE_ERROR;
        }
        SettingsReader.warnOfUnknown(err);
        try {
            command.action().run(rest, out);
            return 0;
        } catch (UsageException e) {
            err.println(e.getMessage());
            err.print(help(command));
            return USAGE_ERROR;
        } catch (SQLException e) {
            throw operatorException(e);
        }
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream file = Commands.class.getResourceAsStream("version.properties")) {
            properties.load(requireNonNull(file, "version.properties is missing"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    private static List<Command> group(String word) {
        return ALL.stream()
                .filter(command -> command.name().startsWith(word + " "))
                .toList();
    }

    private static String usage(List<Command> commands, boolean isComplete) {
        String start = isComplete ? line("", "start the server") : "";
        String lines = commands.stream()
                .map(command -> line(command.usage(), command.summary()))
                .collect(Collectors.joining());
        String version = isComplete ? line("--version", "print the version") : "";
        return "Usage:\n" + start + lines + line("<command> --help", "show the help of a command") + version
                + (isComplete ? ABOUT : "");
    }

    private static String line(String form, String summary) {
        return "  %-48s %s%n".formatted((PROGRAM + " " + form).strip(), summary);
    }

    private static String help(Command command) {
        return "Usage: " + PROGRAM + " " + command.usage() + "\n\n" + command.help();
    }

    private static OperatorException operatorException(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        // SQLSTATEs of undefined tables and columns.
        if (state.equals("42P01") || state.equals("42703")) {
            return new OperatorException(
                    "The database lacks the tables of this release: start a server of this release on it once.", e);
        }
        // Only the first line, since the rest may contain a row.
        String reason = e.getMessage() == null
                ? "no reason given"
                : e.getMessage().lines().findFirst().orElse("no reason given");
        return new OperatorException(
                "The database aborted the command (" + reason + "): fix that, and run the command again.", e);
    }
}
