package io.agyn.endtoend;

import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs an agent's scenarios against one side. The output of failed ones is kept in {@code target/suites/failed}. */
final class AgentScenarios {

    /** A PNG of one pixel. */
    private static final String IMAGE =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private final Path program;
    private final Path home;
    private final ScriptedProvider provider;
    private final SuiteSide side;
    private final Map<String, Verdict> verdicts = new TreeMap<>();

    /** @param program also names the folder of the agent's settings, next to the programs */
    AgentScenarios(Path program, ScriptedProvider provider, SuiteSide side) throws IOException {
        this.program = program;
        this.provider = provider;
        this.side = side;
        Path parent = program.getParent();
        home = Files.createTempDirectory(parent, program.getFileName().toString());
    }

    /** The agent's working directory, which has its settings. */
    Path home() {
        return home;
    }

    SuiteSide side() {
        return side;
    }

    Path image() throws IOException {
        return Files.write(home.resolve("image.png"), Base64.getDecoder().decode(IMAGE));
    }

    /** Sets the provider's script for the next run, and the scripts of its first calls. */
    void script(String script, String... next) {
        provider.script(script);
        provider.scriptNext(next);
    }

    AgentRun run(Map<String, String> environment, List<String> arguments) throws Exception {
        int before = provider.received().size();
        // A closed standard input, which the programs would wait for.
        List<String> words = List.of("sh", "-c", "exec \"$0\" \"$@\" < /dev/null", program.toString());
        Command.Result result =
                new Command(home, environment, words).with(arguments).run();
        List<ReceivedCall> calls = provider.received();
        return new AgentRun(result, calls.subList(before, calls.size()));
    }

    void verdict(String scenario, AgentRun run, boolean passed) throws IOException {
        verdicts.put(scenario, passed ? Verdict.PASSED : Verdict.FAILED);
        if (!passed) {
            Path folder = Files.createDirectories(Checkout.kept("suites").resolve("failed"));
            Files.writeString(
                    folder.resolve("%s, %s.txt".formatted(scenario.replace('/', ' '), side.name())),
                    "exit code %d%n%s%n%s%n%s%n"
                            .formatted(
                                    run.result().exitCode(),
                                    run.result().output(),
                                    run.result().errors(),
                                    run.calls()));
        }
    }

    Map<String, Verdict> verdicts() {
        return verdicts;
    }
}
