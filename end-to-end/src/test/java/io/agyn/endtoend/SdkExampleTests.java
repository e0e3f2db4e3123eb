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

/** What an example does that calls models with OpenAI's and Anthropic's SDKs, whatever language it is written in. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SdkExampleTests {

    private final Path project;
    private CalledModels models;

    /** @param project where the example is run */
    SdkExampleTests(Path project) {
        this.project = project;
    }

    /** Installs what the example needs. */
    abstract void install() throws Exception;

    /** The example's program and its arguments, once it is installed. */
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
        Command.Ended calls = run(models.environment(), program()).expect(0);

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
    void asksForWhatIsNotSet() throws Exception {
        Map<String, String> environment = new HashMap<>(models.environment());
        environment.remove("AGYN_MESSAGES_MODEL");

        assertThat(run(environment, program()).expect(1).errors()).startsWith("Set AGYN_MESSAGES_MODEL to");
    }

    /** Runs a program in the project, and fails where it does. */
    void succeed(String... words) throws Exception {
        run(Map.of(), List.of(words)).expect(0);
    }

    private Command.Ended run(Map<String, String> environment, List<String> words) throws Exception {
        return new Command(project, environment, words).run();
    }
}
