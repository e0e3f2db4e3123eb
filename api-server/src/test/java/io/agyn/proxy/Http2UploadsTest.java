package io.agyn.proxy;

import static io.agyn.proxy.Scene.PATIENCE;
import static io.agyn.proxy.Scene.body;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.Options;
import io.agyn.scripted.ReceivedCall;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Long request bodies to providers with HTTP/2, whose streams share a connection. */
@QuarkusTest
@TestProfile(Http2UploadsTest.TrustedProvider.class)
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class Http2UploadsTest {
    // More than the flow-control window of a connection.
    private static final int LENGTH = 20 << 20;

    @RegisterExtension
    static final Scene SCENE = new Scene(Options.defaults()
            .withTls(ShortLimits.trusted().certificate(), ShortLimits.trusted().key()));

    private String model;

    @BeforeEach
    void aModelAtTheHostOfTheCertificate() {
        model = SCENE.responsesModel(SCENE.provider().origin().toString().replace("127.0.0.1", "localhost"));
    }

    @Test
    void longBodyPasses() throws Exception {
        assertThat(SCENE.post("/v1/responses", longBody()).statusCode()).isEqualTo(200);
        assertThat(SCENE.received().body()).hasSize(body("gpt-4o").length() - 2 + LENGTH);
    }

    @Test
    void cancelledUploadCancelsOnlyItsCall() throws Exception {
        try (RawCaller stays = Scene.connect()) {
            stays.send(SCENE.whole(
                    "/v1/responses", body(model, "\"stream\":true"), "x-scripted: endless;every=50ms", "x-who: stays"));
            stays.head();
            for (int i = 0; i < 10; i++) {
                String who = "leaves-" + i;
                try (RawCaller leaves = Scene.connect()) {
                    Thread upload = Thread.ofVirtual()
                            .start(() ->
                                    leaves.sendAsFarAsTaken(SCENE.whole("/v1/responses", longBody(), "x-who: " + who)
                                            .getBytes()));
                    SCENE.provider()
                            .await(call -> call.values("x-who").contains(who) && call.body().length > 0, PATIENCE);
                    leaves.reset();
                    upload.join();
                }
                SCENE.provider().await(call -> call.values("x-who").contains(who) && call.callerLeft(), PATIENCE);
            }
            stays.awaitText("output_text.delta");
            assertThat(SCENE.provider().received())
                    .filteredOn(call -> call.values("x-who").contains("stays"))
                    .noneMatch(ReceivedCall::callerLeft);
        }
    }

    private String longBody() {
        return body(model).replace("Hi", "x".repeat(LENGTH));
    }

    /** A server that trusts the scripted provider's certificate. */
    public static final class TrustedProvider implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "agyn.extra-ca-file", ShortLimits.trusted().certificate().toString());
        }
    }
}
