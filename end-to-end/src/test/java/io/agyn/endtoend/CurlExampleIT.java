package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The curl example. */
class CurlExampleIT {

    private static Server server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = Server.start(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void runsAWholeSessionAndCleansUp() throws Exception {
        Command.Result session = run(server.environment()).expect(0);

        assertThat(session.output())
                .contains(
                        "\"slug\":\"acme-by-curl\"",
                        "\"model_count\":1",
                        "\"status\":\"ready\"",
                        "\"version\":2",
                        "\"role\":\"member\"",
                        "\"operation\":\"updateSecret\"")
                .doesNotContain("sk-example");
        assertThat(session.errors()).isEmpty();
        assertThat(new ApiResources(server).organizationSlugs()).isEmpty();
    }

    @Test
    void showsTheErrorForAnInvalidToken() throws Exception {
        Command.Result session =
                run(server.environment("agyn_of-somebody-else")).expect(1);

        assertThat(session.errors()).contains("POST /organizations failed", "\"code\":\"unauthenticated\"");
    }

    @Test
    void reportsMissingVariables() throws Exception {
        assertThat(run(Map.of()).expect(1).errors()).contains("Set AGYN_GATEWAY");
    }

    private static Command.Result run(Map<String, String> environment) throws Exception {
        Path script = Checkout.example("curl").resolve("rest.sh");
        return new Command(script.getParent(), environment, List.of(script.toString())).run();
    }
}
