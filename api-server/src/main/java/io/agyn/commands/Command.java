package io.agyn.commands;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

/**
 * A command beside the server.
 *
 * @param name its words, such as {@code keyset create}
 * @param parameters as its usage shows them: {@code <id>} must be given, {@code [<file>]} may be; empty for none
 * @param summary what it does, in a few words
 * @param help what else an operator must know
 * @param action does it
 */
record Command(String name, String parameters, String summary, String help, Action action) {

    /** Does what a command is for. */
    interface Action {
        /**
         * Does it.
         *
         * @param arguments one for each parameter, but for those that may be left out
         * @param out where to say what was done
         * @throws io.agyn.settings.StartException when it cannot be done, with a sentence for the operator
         * @throws MisuseException when an argument is none that the command takes
         * @throws SQLException when the database fails
         */
        void run(List<String> arguments, PrintStream out) throws SQLException;
    }

    /** What ends a command with its usage; the message says which argument is wrong. */
    static final class MisuseException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MisuseException(String sentence) {
            super(requireNonNull(sentence, "sentence is null"));
        }
    }

    /** Whether arguments begin with the name. */
    boolean isNamedBy(List<String> arguments) {
        List<String> words = List.of(name.split(" "));
        return arguments.size() >= words.size()
                && arguments.subList(0, words.size()).equals(words);
    }

    /** What comes after the name. */
    List<String> argumentsIn(List<String> all) {
        return all.subList(name.split(" ").length, all.size());
    }

    /** Whether there are as many arguments as it takes, and no option, of which it has none. */
    boolean takes(List<String> arguments) {
        List<String> all = Stream.of(parameters.split(" "))
                .filter(parameter -> !parameter.isEmpty())
                .toList();
        long least =
                all.stream().filter(parameter -> !parameter.startsWith("[")).count();
        return arguments.size() >= least
                && arguments.size() <= all.size()
                && arguments.stream().noneMatch(argument -> argument.startsWith("-"));
    }

    /** A file that an argument names. */
    static Path path(String argument) {
        try {
            return Path.of(argument).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new MisuseException("\"" + argument + "\" is not a file.");
        }
    }

    /** The name with its parameters. */
    String form() {
        return parameters.isEmpty() ? name : name + " " + parameters;
    }
}
