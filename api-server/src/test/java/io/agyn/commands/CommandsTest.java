package io.agyn.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    static Stream<Command> commands() {
        return Commands.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void eachCommandExplainsItself(Command command) {
        for (String option : List.of("--help", "-h")) {
            out.reset();
            assertThat(run(command.name() + " " + option)).isZero();
            assertThat(out.toString(UTF_8))
                    .startsWith("Usage: agyn-server " + command.usage() + "\n\n")
                    .contains(command.help());
        }
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void eachCommandRejectsUnknownParameters(Command command) {
        List<String> misuses = new ArrayList<>(List.of("1 2 3", "--force", "-x"));
        if (command.parameters().startsWith("<")) {
            misuses.add("");
        }
        if (command.parameters().isEmpty()) {
            misuses.add("1");
        }
        if (command.parameters().equals("<id>")) {
            misuses.add("abc");
        }
        for (String misuse : misuses) {
            err.reset();
            assertThat(run((command.name() + " " + misuse).strip())).as(misuse).isEqualTo(2);
            assertThat(err.toString(UTF_8)).as(misuse).contains("Usage: agyn-server " + command.usage() + "\n");
        }
        assertThat(out.toString(UTF_8)).isEmpty();
    }

    @Test
    void usageListsTheServerAndAllCommands() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString(UTF_8)).startsWith("Usage:\n  agyn-server  ").contains("start the server");
        assertThat(commands()).allSatisfy(command -> assertThat(out.toString(UTF_8))
                .contains("agyn-server " + command.usage(), command.summary()));
    }

    @Test
    void groupListsOnlyItsCommands() {
        assertThat(run("keyset --help")).isZero();

        assertThat(out.toString(UTF_8))
                .contains("keyset create", "keyset retire")
                .doesNotContain("admin-token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"keyset", "keyset burn", "keyset burn --help", "burn", "burn --help", "--version x", "--help x"})
    void unknownCommandIsMisuse(String arguments) {
        assertThat(run(arguments)).isEqualTo(2);
        assertThat(err.toString(UTF_8)).startsWith("Unknown command \"" + arguments + "\".\nUsage:\n");
        assertThat(out.toString(UTF_8)).isEmpty();
    }

    @Test
    void versionIsPrinted() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString(UTF_8)).matches("agyn-server \\d+\\.\\d+\\.\\d+\\S*\n");
    }

    @Test
    void noLineOfHelpIsTooLongForATerminal() {
        assertThat(commands()).allSatisfy(command -> assertThat(command.help().lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(120)));
    }

    private int run(String arguments) {
        return Commands.run(
                List.of(arguments.split(" ")), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    }
}
