package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.postgres.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1.1 providers that close early, close idle connections, or send interim responses. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class Http1FaultsTest {
    private static final String OK = RawProvider.head("200 OK", "Content-Length: 2") + "{}";

    @RegisterExtension
    static final Scene SCENE = new Scene();

    @RepeatedTest(5)
    void errorDuringAnUploadReachesTheCaller() throws Exception {
        String error = "{\"error\":{\"message\":\"too large\"}}";
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.in().readNBytes(64 << 10);
            exchange.send(
                    RawProvider.head("413 Payload Too Large", "Connection: close", "Content-Length: " + error.length())
                            + error);
            // With much unread data, so that the caller's kernel gets a reset.
            exchange.socket().close();
        })) {
            String model = SCENE.responsesModel(provider.origin());
            HttpResponse<byte[]> response =
                    SCENE.post("/v1/responses", body(model).replace("Hi", "x".repeat(20 << 20)));
            assertThat(response.statusCode()).as(text(response)).isEqualTo(413);
            assertThat(text(response)).isEqualTo(error);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 102, 103, 104, 199})
    void interimResponsesAreSkipped(int status) throws Exception {
        String interim = RawProvider.head(status + " Something", "Link: </a>");
        try (RawProvider provider = RawProvider.respondingWith(interim + interim + OK)) {
            String model = SCENE.responsesModel(provider.origin());
            for (int i = 0; i < 2; i++) {
                HttpResponse<byte[]> response = SCENE.post("/v1/responses", body(model));
                assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
                assertThat(text(response)).isEqualTo("{}");
            }
        }
    }

    @Test
    void endlessInterimResponsesEndTheCall() throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            while (true) {
                exchange.send(RawProvider.head("102 Processing"));
            }
        })) {
            assertThat(SCENE.post("/v1/responses", body(SCENE.responsesModel(provider.origin())))
                            .statusCode())
                    .isEqualTo(502);
        }
    }

    @Test
    void callsAreSentAgainWhereAReusedConnectionWasClosed() throws Exception {
        try (RawProvider provider = closesReused("")) {
            String model = SCENE.responsesModel(provider.origin());
            for (int i = 0; i < 6; i++) {
                HttpResponse<byte[]> response = SCENE.post("/v1/responses", body(model));
                assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.", "HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 102 Processing\r\n\r\n"})
    void callsAreNotSentAgainAfterAByteOfAResponse(String prefix) throws Exception {
        try (RawProvider provider = closesReused(prefix)) {
            String model = SCENE.responsesModel(provider.origin());
            assertThat(SCENE.post("/v1/responses", body(model)).statusCode()).isEqualTo(200);
            assertThat(SCENE.post("/v1/responses", body(model)).statusCode()).isEqualTo(502);
            assertThat(provider.heads()).hasSize(2);
        }
    }

    @Test
    void longCallsAreNotKeptToBeSentAgain() throws Exception {
        try (RawProvider provider = closesReused("")) {
            String model = SCENE.responsesModel(provider.origin());
            String longer = body(model).replace("Hi", "x".repeat(300_000));
            assertThat(SCENE.post("/v1/responses", body(model)).statusCode()).isEqualTo(200);
            assertThat(SCENE.post("/v1/responses", longer).statusCode()).isEqualTo(502);
            assertThat(provider.heads()).hasSize(2);
        }
    }

    /** Responds to the first request on each connection, and closes it at the second. */
    private static RawProvider closesReused(String prefix) throws Exception {
        ThreadLocal<Integer> onConnection = ThreadLocal.withInitial(() -> 0);
        return RawProvider.start(exchange -> {
            exchange.body();
            onConnection.set(onConnection.get() + 1);
            if (onConnection.get() == 1) {
                exchange.send(OK);
            } else {
                exchange.send(prefix);
                exchange.socket().close();
            }
        });
    }
}
