package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Conversations, which an LLM provider stores: created without a model, and used where they were created. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ConversationsTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    @RegisterExtension
    static final Scene OTHER = new Scene();

    @Test
    void conversationIsUsedWhereItWasCreated() {
        String conversation = create("{\"metadata\":{\"a\":\"b\"}}");
        // Neither the creation nor the items have a model to replace.
        assertThat(SCENE.provider().received().getFirst().text()).isEqualTo("{\"metadata\":{\"a\":\"b\"}}");
        String path = "/v1/conversations/" + conversation;
        assertThat(SCENE.post(path + "/items", "{\"items\":[{\"id\":\"msg_1\",\"role\":\"user\",\"content\":\"x\"}]}")
                        .statusCode())
                .isEqualTo(200);
        for (String form : List.of("\"" + conversation + "\"", "{\"id\":\"" + conversation + "\"}")) {
            assertThat(SCENE.post("/v1/responses", body(SCENE.responses(), "\"conversation\":" + form))
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(text(SCENE.call("GET", path + "/items?order=asc&limit=1"))).contains("msg_1");
        assertThat(text(SCENE.call("GET", path + "/items/msg_1"))).contains("msg_1");
        assertThat(SCENE.call("DELETE", path + "/items/msg_1").statusCode()).isEqualTo(200);
        assertThat(SCENE.post(path, "{\"metadata\":{}}").statusCode()).isEqualTo(200);
        assertThat(SCENE.call("GET", path).statusCode()).isEqualTo(200);
        assertThat(text(SCENE.call("DELETE", path))).contains("conversation.deleted");
    }

    @Test
    void conversationIsCreatedWithoutABody() {
        assertThat(create("{}")).startsWith("conv_");
        HttpResponse<byte[]> response = SCENE.post("/v1/conversations", "");
        assertThat(response.headers().firstValue("x-agyn-error")).isEmpty();
    }

    @Test
    void otherOrganizationsGetTheErrorForUnknownConversations() {
        String path = "/v1/conversations/" + create("{}");
        SCENE.provider().forget();
        OTHER.provider().forget();
        for (String each : List.of(path, path + "/items", path + "/items/msg_1")) {
            HttpResponse<byte[]> response = OTHER.call("GET", each);
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(new JsonObject(text(response)).getJsonObject("error").getString("message"))
                    .startsWith("Conversation with id '");
        }
        assertThat(SCENE.provider().received()).isEmpty();
        assertThat(OTHER.provider().received()).isEmpty();
    }

    private static String create(String body) {
        HttpResponse<byte[]> response = SCENE.post("/v1/conversations", body);
        assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
        return new JsonObject(text(response)).getString("id");
    }
}
