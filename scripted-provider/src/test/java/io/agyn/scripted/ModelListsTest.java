package io.agyn.scripted;

import static io.agyn.scripted.Client.MESSAGES;
import static io.agyn.scripted.Client.body;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Model lists and recorded streams. */
@Timeout(60)
class ModelListsTest {

    @Test
    void modelsAreListedInEachClientsForm() throws Exception {
        try (ScriptedProvider provider =
                ScriptedProvider.start(Options.defaults().withModels(List.of("a", "b")))) {
            Client client = new Client(provider);
            JsonObject openAi = client.get("/v1/models");
            JsonObject codex = client.get("/v1/models?client_version=0.171.0");
            JsonObject anthropic = client.get("/v1/models", "anthropic-version", "2023-06-01");

            assertThat(openAi.getJsonArray("data").getJsonObject(1).getString("object"))
                    .isEqualTo("model");
            assertThat(openAi.containsKey("models")).isFalse();
            assertThat(codex.getJsonArray("models").getJsonObject(1).getString("slug"))
                    .isEqualTo("b");
            assertThat(anthropic.getString("last_id")).isEqualTo("b");
            assertThat(client.get("/v1/models/x", "anthropic-version", "2023-06-01")
                            .getString("lifecycle"))
                    .isEqualTo("active");
            assertThat(client.get("/v1/models/x").getString("owned_by")).isEqualTo("scripted");
        }
    }

    @Test
    void recordedStreamIsReplayedInPieces(@TempDir Path folder) throws Exception {
        byte[] recorded = "event: x\r\ndata: {}\r\n\r\nevent: \u00e9".getBytes(UTF_8);
        Files.write(folder.resolve("x.txt"), recorded);
        try (ScriptedProvider provider =
                ScriptedProvider.start(Options.defaults().withFixtures(folder))) {
            Client client = new Client(provider);

            assertThat(client.scripted("replay=x.txt;cut=1;every=1ms", MESSAGES, true)
                            .body())
                    .isEqualTo(recorded);
            assertThat(client.scripted("replay=../x.txt", MESSAGES, true).statusCode())
                    .isEqualTo(400);
            assertThat(client.send(MESSAGES, body(true), "x-scripted", "cut=7").body())
                    .hasSameSizeAs(client.send(MESSAGES, body(true)).body());
        }
    }
}
