package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The tests of every example that calls models with OpenAI's and Anthropic's SDKs, in any language. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SdkExampleTests {

    private final Path project;
    private CalledModels models;

    /** @param project the working directory of the example */
    SdkExampleTests(Path project) {
        this.project = project;
    }

    /** Installs the example's dependencies. */
    abstract void install() throws Exception;

    /** The example's program and arguments, available after {@link #install}. */
    abstract List<String> program();

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        install();
        models = CalledModels.start(folder);
    }

    @AfterAll
    void stop() throws Exception {
        if (models != null) {
            models.close();
        }
    }

    @Test
    void callsPlainAndStreamingOnBothProtocols() throws Exception {
        Command.Result calls = run(models.environment(), program()).expect(0);

        assertThat(calls.output().lines())
                .containsExactly(
                        "responses, plain:    " + CalledModels.WORDS,
                        "responses, streamed: " + CalledModels.WORDS,
                        "messages, plain:     " + CalledModels.WORDS,
                        "messages, streamed:  " + CalledModels.WORDS);
        assertThat(calls.errors()).isEmpty();
        models.assertReceivedAllFour();
    }

    @Test
    void reportsMissingVariables() throws Exception {
        Map<String, String> environment = new HashMap<>(models.environment());
        environment.remove("AGYN_MESSAGES_MODEL");

        assertThat(run(environment, program()).expect(1).errors()).startsWith("Set AGYN_MESSAGES_MODEL to");
    }

    /** Runs a program in the project; fails unless it succeeds. */
    void succeed(String... words) throws Exception {
        run(Map.of(), List.of(words)).expect(0);
    }

    private Command.Result run(Map<String, String> environment, List<String> words) throws Exception {
        return new Command(project, environment, words).run();
    }
}
