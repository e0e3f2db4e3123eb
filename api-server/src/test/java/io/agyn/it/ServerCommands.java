package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Runs commands of the packaged server. */
record ServerCommands(Path dataDir, Map<String, String> variables) {

    ServerProcess run(String... arguments) throws IOException {
        return ServerProcess.run(dataDir, variables, arguments);
    }

    /** Runs a command that succeeds without an error message, and returns its output. */
    String succeed(String... arguments) throws Exception {
        try (ServerProcess command = run(arguments)) {
            assertThat(command.exitCode()).as(command.errors()).isZero();
            assertThat(command.errors()).isEmpty();
            return command.output();
        }
    }

    /** Runs a command, or without arguments a server, that fails, and returns its one-line message. */
    String rejected(String... arguments) throws Exception {
        try (ServerProcess command = run(arguments)) {
            assertThat(command.exitCode()).as(command.output()).isEqualTo(1);
            assertThat(command.errors()).hasLineCount(1);
            return command.errors();
        }
    }
}
