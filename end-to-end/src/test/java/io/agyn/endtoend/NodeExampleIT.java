package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example for OpenAI's and Anthropic's SDKs for Node.js. */
class NodeExampleIT {

    private static CalledModels models;
    private static Path project;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        Command.require("node", "Node.js 20 or later, with npm");
        Command.require("npm", "npm, which comes with Node.js 20 or later");
        // Node.js looks for libraries beside the program, so that it is run where they are installed.
        project = Checkout.kept("node-example");
        for (String file : List.of("package.json", ".npmrc", "call-models.js")) {
            Files.copy(
                    Checkout.example("node").resolve(file), project.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        run(Map.of(), "npm", "install", "--no-audit", "--no-fund", "--silent").expect(0);
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
                run(models.environment(), "npm", "start", "--silent").expect(0);

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

        assertThat(run(environment, "npm", "start", "--silent").expect(1).errors())
                .startsWith("Set AGYN_MESSAGES_MODEL to");
    }

    private static Command.Ended run(Map<String, String> environment, String... words) throws Exception {
        return new Command(project, environment, List.of(words)).run();
    }
}
