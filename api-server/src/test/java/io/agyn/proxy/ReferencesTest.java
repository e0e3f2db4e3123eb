package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.Header;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bodies that refer to stored responses and conversations. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ReferencesTest {
    private static final String MIB = "x".repeat(1 << 20);

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @RegisterExtension
    static final Scene OTHER = new Scene();

    @Test
    void responseIsContinued() {
        String previous = create(SCENE.responses());
        assertThat(SCENE.post("/v1/responses", body(SCENE.responses(), previous(previous)))
                        .statusCode())
                .isEqualTo(200);
        // After the body was routed and most of it was passed on.
        HttpResponse<byte[]> late = SCENE.post("/v1/responses", late(SCENE.responses(), previous));
        assertThat(late.statusCode()).as(text(late)).isEqualTo(200);
    }

    @Test
    void unknownPreviousResponseIsRejected() {
        for (String body :
                new String[] {body(SCENE.responses(), previous("resp_unknown")), late(SCENE.responses(), "resp_unknown")
                }) {
            SCENE.provider().forget();
            HttpResponse<byte[]> response = SCENE.post("/v1/responses", body);
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.headers().firstValue("x-agyn-error")).contains("previous_response_not_found");
            JsonObject error = new JsonObject(text(response)).getJsonObject("error");
            assertThat(error.getString("code")).isEqualTo("previous_response_not_found");
            assertThat(error.getString("param")).isEqualTo("previous_response_id");
            assertThat(error.getString("message")).isEqualTo("Previous response with id 'resp_unknown' not found.");
            assertThat(SCENE.provider().received()).noneMatch(ReceivedCall::bodyEnded);
        }
    }

    @Test
    void previousResponseOfAnotherProviderIsRejected() {
        try (ScriptedProvider other = ScriptedProvider.start()) {
            other.accept(new Header("authorization", "Bearer " + Scene.CREDENTIAL));
            String model = SCENE.responsesModel(other.origin() + "/v1");
            String previous = create(model);
            for (String body :
                    new String[] {body(SCENE.responses(), previous(previous)), late(SCENE.responses(), previous)}) {
                SCENE.provider().forget();
                HttpResponse<byte[]> response = SCENE.post("/v1/responses", body);
                assertThat(response.statusCode()).isEqualTo(400);
                assertThat(text(response)).contains("was created at the LLM provider", "send the whole conversation");
                assertThat(SCENE.provider().received()).noneMatch(ReceivedCall::bodyEnded);
            }
        }
    }

    @Test
    void previousResponseOfAnotherOrganizationIsUnknown() {
        String previous = create(SCENE.responses());
        HttpResponse<byte[]> response = OTHER.post("/v1/responses", body(OTHER.responses(), previous(previous)));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(text(response)).contains("Previous response with id '%s' not found.".formatted(previous));
    }

    @Test
    void unknownConversationIsRejectedInBothForms() {
        for (String conversation : new String[] {"\"conv_unknown\"", "{\"id\":\"conv_unknown\"}"}) {
            HttpResponse<byte[]> response =
                    SCENE.post("/v1/responses", body(SCENE.responses(), "\"conversation\":" + conversation));
            assertThat(response.statusCode()).isEqualTo(400);
            JsonObject error = new JsonObject(text(response)).getJsonObject("error");
            assertThat(error.getString("param")).isEqualTo("conversation");
            assertThat(error.getString("message")).isEqualTo("Conversation with id 'conv_unknown' not found.");
        }
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void anotherModelOfTheSameProviderContinuesAResponse() {
        String provider = Api.get("/organizations/{org}/models?name={name}", SCENE.organization(), SCENE.responses())
                .extract()
                .path("items[0].provider_id");
        String other = Scene.name(SCENE.organization(), Api.model(SCENE.organization(), provider));
        String previous = create(SCENE.responses());
        assertThat(SCENE.post("/v1/responses", body(other, previous(previous))).statusCode())
                .isEqualTo(200);
    }

    private static String create(String model) {
        return new JsonObject(text(SCENE.post("/v1/responses", body(model)))).getString("id");
    }

    private static String previous(String id) {
        return "\"previous_response_id\":\"" + id + "\"";
    }

    /** The model comes first, and the reference after a long input, as the Python SDK sends it. */
    private static String late(String model, String previous) {
        return "{\"model\":\"" + model + "\",\"input\":\"" + MIB + "\"," + previous(previous) + "}";
    }
}
