package io.agyn.commands;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

/**
 * A command of the server program.
 *
 * @param name its words, such as {@code keyset create}
 * @param parameters in usage syntax: {@code <id>} is required, {@code [<file>]} optional; empty for none
 * @param summary its purpose in a few words
 * @param help the details for operators
 */
record Command(String name, String parameters, String summary, String help, Action action) {

    interface Action {
        /**
         * Runs the command.
         *
         * @param arguments one for each parameter, except omitted optional ones
         * @param out receives the output
         * @throws io.agyn.operator.OperatorException if the command fails, with a message for the operator
         * @throws UsageException if an argument is invalid
         * @throws SQLException if the database fails
         */
        void run(List<String> arguments, PrintStream out) throws SQLException;
    }

    /** Ends a command with its usage; the message names the invalid argument. */
    static final class UsageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(requireNonNull(message, "sentence is null"));
        }
    }

    /** Whether arguments start with the command's name. */
    boolean isNamedIn(List<String> arguments) {
        List<String> words = List.of(name.split(" "));
        return arguments.size() >= words.size()
                && arguments.subList(0, words.size()).equals(words);
    }

    /** Returns the arguments after the name. */
    List<String> argumentsAfterName(List<String> all) {
        return all.subList(name.split(" ").length, all.size());
    }

    /** Whether the number of arguments fits, and none is an option; commands have no options. */
    boolean accepts(List<String> arguments) {
        List<String> all = Stream.of(parameters.split(" "))
                .filter(parameter -> !parameter.isEmpty())
                .toList();
        long required =
                all.stream().filter(parameter -> !parameter.startsWith("[")).count();
        return arguments.size() >= required
                && arguments.size() <= all.size()
                && arguments.stream().noneMatch(argument -> argument.startsWith("-"));
    }

    /** Parses an argument as a file. */
    static Path path(String argument) {
        try {
            return Path.of(argument).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new UsageException("\"" + argument + "\" is not a file.");
        }
    }

    /** Returns the name with its parameters. */
    String usage() {
        return parameters.isEmpty() ? name : name + " " + parameters;
    }
}
