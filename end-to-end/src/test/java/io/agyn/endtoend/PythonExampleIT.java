package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example for OpenAI's and Anthropic's SDKs for Python. */
class PythonExampleIT {

    private static final Path EXAMPLE = Checkout.example("python");

    private static CalledModels models;
    private static String python;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        Command.require("python3", "Python 3.10 or later, with its module venv");
        Path venv = Checkout.kept("python-example");
        python = venv.resolve("bin/python").toString();
        run(Map.of(), "python3", "-m", "venv", venv.toString()).expect(0);
        run(Map.of(), python, "-m", "pip", "install", "--quiet", "-r", "requirements.txt")
                .expect(0);
        models = CalledModels.start(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (models != null) {
            models.close();
        }
    }

    @Test
    void callsPlainAndStreamingOnBothProtocols() throws Exception {
        Command.Ended calls =
                run(models.environment(), python, "call_models.py").expect(0);

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

        assertThat(run(environment, python, "call_models.py").expect(1).errors())
                .startsWith("Set AGYN_MESSAGES_MODEL to");
    }

    private static Command.Ended run(Map<String, String> environment, String... words) throws Exception {
        return new Command(EXAMPLE, environment, List.of(words)).run();
    }
}
