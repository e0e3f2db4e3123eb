package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.keys.Keyset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server's commands; {@link KeysetCommandsIT} tests the rotation of keys. */
class CommandsIT {
    @TempDir
    private Path folder;

    private ServerCommands commands;

    @BeforeEach
    void prepare() {
        commands = new ServerCommands(folder, Map.of());
    }

    @Test
    void eachCommandHasHelpAndExplainsMisuse() throws Exception {
        List<String> names;
        try (ServerProcess help = commands.run("--help")) {
            assertThat(help.exitCode()).isZero();
            names = help.output()
                    .lines()
                    .map(line -> Pattern.compile("^  agyn-server (backup|(keyset|admin-token|audit) [a-z]+)")
                            .matcher(line))
                    .filter(Matcher::find)
                    .map(found -> found.group(1))
                    .toList();
        }
        assertThat(names)
                .contains("keyset create", "keyset retire", "admin-token create", "audit verify", "backup")
                .hasSize(13);
        for (String command : names) {
            try (ServerProcess help = commands.run((command + " --help").split(" "));
                    ServerProcess misuse = commands.run((command + " 1 2 3").split(" "))) {
                assertThat(help.exitCode()).as(command).isZero();
                assertThat(help.output()).startsWith("Usage: agyn-server " + command);
                assertThat(help.errors()).isEmpty();
                assertThat(misuse.exitCode()).as(command).isEqualTo(2);
                assertThat(misuse.errors()).contains("Usage: agyn-server " + command);
                assertThat(misuse.output()).isEmpty();
            }
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void saysThatThereIsNoDatabase() throws Exception {
        Keyset.create(folder.resolve("keyset.json"));
        for (String command : List.of("keyset list", "keyset rewrap", "keyset check", "admin-token create")) {
            assertThat(commands.rejected(command.split(" ")))
                    .isEqualTo("The data folder " + folder + " has no database"
                            + ": start the server once, or correct AGYN_DATA_DIR or AGYN_DATABASE_URL.\n");
        }
    }

    @Test
    void lostAdminTokenIsReplaced() throws Exception {
        Path file = folder.resolve("new-token");
        try (ServerProcess server = ServerProcess.start(folder)) {
            Files.delete(folder.resolve("admin-token"));

            String printed = commands.succeed("admin-token", "create");
            assertThat(printed).matches("agyn_[0-9A-Za-z]{44}\n");
            assertThat(server.statusOfMe(printed.strip())).isEqualTo(200);

            assertThat(commands.succeed("admin-token", "create", file.toString()))
                    .isEqualTo("Wrote a new API token of the cluster admin Administrator to " + file + ".\n");
            assertThat(mode(file)).isEqualTo("rw-------");
            String token = Files.readString(file).strip();
            assertThat(token).isNotEqualTo(printed.strip());
            assertThat(server.statusOfMe(token)).isEqualTo(200);

            assertThat(commands.rejected("admin-token", "create", file.toString()))
                    .isEqualTo("The file " + file + " already exists and is never overwritten: name another file.\n");
            assertThat(server.output()).doesNotContain(printed.strip(), token);
            server.stop();
        }
        String stopped = commands.succeed("admin-token", "create").strip();
        try (ServerProcess server = ServerProcess.start(folder)) {
            assertThat(server.statusOfMe(stopped)).isEqualTo(200);
        }
    }

    @Test
    void runsByTheScript() throws Exception {
        try (ServerProcess command = ServerProcess.runScript(folder, "keyset", "create")) {
            assertThat(command.exitCode()).as(command.errors()).isZero();
            assertThat(command.output()).startsWith("Wrote new encryption keys to " + folder.resolve("keyset.json"));
            assertThat(command.errors()).isEmpty();
        }
        assertThat(Keyset.load(folder.resolve("keyset.json")).keys()).hasSize(1);
    }

    @Test
    void makesAKeysetByCommand() throws Exception {
        Path file = folder.resolve("keys.json");
        try (ServerProcess command = commands.run("keyset", "create", file.toString())) {
            assertThat(command.exitCode()).isZero();
            assertThat(command.output()).startsWith("Wrote new encryption keys to " + file);
            assertThat(command.errors()).isEmpty();
        }
        assertThat(mode(file)).isEqualTo("rw-------");
        try (ServerProcess command = commands.run("keyset", "create", file.toString())) {
            command.assertRejected("The file " + file + " already exists and is never overwritten: name another file.");
        }
    }

    @Test
    void explainsItself() throws Exception {
        try (ServerProcess help = commands.run("--help")) {
            assertThat(help.exitCode()).isZero();
            assertThat(help.output()).startsWith("Usage:").contains("keyset create");
            assertThat(help.errors()).isEmpty();
        }
        try (ServerProcess misuse = commands.run("keyset", "burn")) {
            assertThat(misuse.exitCode()).isEqualTo(2);
            assertThat(misuse.errors()).startsWith("Unknown command \"keyset burn\".\nUsage:");
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
