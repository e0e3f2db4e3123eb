package io.agyn.proxy;

import static io.agyn.proxy.Scene.PATIENCE;
import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.proxy.egress.OwnCertificate;
import io.agyn.scripted.Options;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Providers with https endpoints, which are called by HTTP/2 if they support it. */
@QuarkusTest
@TestProfile(ShortLimits.class)
@WithTestResource(PostgresTestResource.class)
class Http2ProviderTest {
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final String STREAM = "\"stream\":true";
    private static final Options TLS = Options.defaults()
            .withTls(ShortLimits.trusted().certificate(), ShortLimits.trusted().key());

    @RegisterExtension
    static final Scene SCENE = new Scene(TLS);

    private String model;

    @BeforeEach
    void aModelAtTheHostOfTheCertificate() {
        model = SCENE.responsesModel(localhost(SCENE.provider()) + "/v1");
    }

    @Test
    void http2IsSpokenByAgreement() throws Exception {
        HttpResponse<byte[]> response = SCENE.post(
                "/v1/responses?a=b", body(model), "x-mine: 1", "x-agyn-organization: " + SCENE.organization());
        assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
        ReceivedCall call = SCENE.received();
        assertThat(call.version()).isEqualTo("HTTP/2");
        assertThat(call.target()).isEqualTo("/v1/responses?a=b");
        assertThat(call.text()).isEqualTo(body("gpt-4o"));
        assertThat(call.values("authorization")).containsExactly("Bearer " + Scene.CREDENTIAL);
        assertThat(call.values("x-mine")).containsExactly("1");
        assertThat(call.headers()).noneMatch(header -> List.of("connection", "transfer-encoding", "x-agyn-organization")
                .contains(header.name()));
    }

    @Test
    void http11IsSpokenWhereTheProviderKnowsNoOther() throws Exception {
        try (ScriptedProvider old = ScriptedProvider.start(TLS.withoutHttp2())) {
            assertThat(SCENE.post("/v1/responses", body(SCENE.responsesModel(localhost(old))))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(old.received().getFirst().version()).isEqualTo("HTTP/1.1");
        }
    }

    @Test
    void untrustedCertificateIsRejected(@TempDir Path folder) throws Exception {
        OwnCertificate other = OwnCertificate.create(folder, "localhost");
        try (ScriptedProvider stranger =
                ScriptedProvider.start(Options.defaults().withTls(other.certificate(), other.key()))) {
            assertNotTrusted(localhost(stranger), stranger);
        }
    }

    @Test
    void certificateOfAnotherHostIsRejected() {
        assertNotTrusted(SCENE.provider().origin().toString(), SCENE.provider());
    }

    @Test
    void longBodiesAndStreamsPass() throws Exception {
        SCENE.provider().script("text=1000000");
        String sent = body(model, STREAM).replace("Hi", "x".repeat(200_000));
        HttpResponse<byte[]> response = SCENE.post("/v1/responses", sent);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(text(response)).contains("response.completed").hasSizeGreaterThan(1_000_000);
        assertThat(SCENE.received().text()).isEqualTo(sent.replace(model, "gpt-4o"));
    }

    @Test
    void resetResponseNeverLooksSuccessful() throws Exception {
        SCENE.provider().script("break=3");
        for (String member : List.of(STREAM, "\"stream\":false")) {
            try (RawCaller caller = Scene.connect()) {
                RawCaller.Response response = caller.send(SCENE.whole("/v1/responses", body(model, member)))
                        .response();
                assertThat(response.status()).isEqualTo(200);
                // A stream ends with an error event, a plain response is truncated.
                assertThat(response.isWhole()).isEqualTo(member.equals(STREAM));
                assertThat(response.body().contains("event: response.failed")).isEqualTo(member.equals(STREAM));
            }
        }
    }

    @Test
    void callerThatDisconnectsCancelsOnlyItsCall() throws Exception {
        for (String script : List.of("endless;every=50ms", "stall=before", "endless")) {
            SCENE.provider().forget();
            try (RawCaller stays = Scene.connect();
                    RawCaller leaves = Scene.connect()) {
                String staying = "x-scripted: endless;every=50ms";
                stays.send(SCENE.whole("/v1/responses", body(model, STREAM), staying, "x-who: stays"));
                stays.head();
                leaves.send(SCENE.whole("/v1/responses", body(model, STREAM), "x-scripted: " + script));
                SCENE.provider().await(call -> call.bodyEnded() && !isStaying(call), PATIENCE);
                leaves.reset();
                SCENE.provider().await(call -> call.callerLeft() && !isStaying(call), A_SECOND);
                stays.awaitText("output_text.delta");
                assertThat(SCENE.provider().received()).noneMatch(call -> isStaying(call) && call.callerLeft());
            }
        }
    }

    @Test
    void callerThatDoesNotReadPausesOnlyItsStream() throws Exception {
        try (RawCaller reads = Scene.connect();
                RawCaller sleeps = Scene.connect()) {
            sleeps.send(SCENE.whole("/v1/responses", body(model, STREAM), "x-scripted: endless"));
            SCENE.provider().await(call -> call.responseBytes() > 100_000, PATIENCE);
            for (int i = 0; i < 5; i++) {
                reads.send(SCENE.whole("/v1/responses", body(model, STREAM), "x-scripted: text=20000"));
                assertThat(reads.response().isWhole()).isTrue();
            }
            // LimitsTest checks how long.
            assertThat(SCENE.provider().received().getFirst().responseBytes()).isLessThan(32L << 20);
        }
    }

    private static boolean isStaying(ReceivedCall call) {
        return !call.values("x-who").isEmpty();
    }

    private static void assertNotTrusted(String endpoint, ScriptedProvider provider) {
        HttpResponse<byte[]> response = SCENE.post("/v1/responses", body(SCENE.responsesModel(endpoint)));
        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(text(response)).contains("certificate", "AGYN_EXTRA_CA_FILE", "provider-");
        assertThat(provider.received()).isEmpty();
    }

    private static String localhost(ScriptedProvider provider) {
        return provider.origin().toString().replace("127.0.0.1", "localhost");
    }
}
