package io.agyn.proxy;

import static io.agyn.proxy.Scene.PATIENCE;
import static io.agyn.proxy.Scene.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.ReceivedCall;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 callers, with each call on a stream of one connection. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class Http2Test {
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final String STREAM = "\"stream\":true";

    @RegisterExtension
    static final Scene SCENE = new Scene();

    private Vertx vertx;
    private HttpClient client;

    @BeforeEach
    void aCaller() {
        vertx = Vertx.vertx();
        client = vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                // As in browsers and Go: unread data of one stream does not block others.
                .setHttp2ConnectionWindowSize(1 << 20)
                .setHttp2MaxPoolSize(1));
    }

    @AfterEach
    void goes() throws Exception {
        result(vertx.close());
    }

    @Test
    void plainCallsAndStreamsPass() throws Exception {
        HttpClientResponse plain = call("/v1/responses", body(SCENE.responses()));
        assertThat(plain.version()).isEqualTo(HttpVersion.HTTP_2);
        assertThat(plain.statusCode()).isEqualTo(200);
        assertThat(read(plain).toJsonObject().getString("status")).isEqualTo("completed");
        HttpClientResponse stream = call("/v1/messages", body(SCENE.messages(), STREAM));
        assertThat(stream.getHeader("content-type")).startsWith("text/event-stream");
        assertThat(read(stream).toString()).contains("message_stop").doesNotContain("event: error");
        assertThat(SCENE.provider().received()).hasSize(2).allSatisfy(call -> assertThat(call.values("host"))
                .containsExactly(SCENE.provider().origin().getAuthority()));
    }

    @Test
    void cookiesAndTheConnectionsHeadersStayBehind() throws Exception {
        HttpClientRequest request = request("/v1/responses");
        request.headers()
                .add("cookie", "a=1")
                .add("cookie", "b=2")
                .add("te", "trailers")
                .add("x-kept", "1");
        assertThat(result(request.send(body(SCENE.responses()))).statusCode()).isEqualTo(200);
        ReceivedCall call = SCENE.received();
        assertThat(call.values("x-kept")).containsExactly("1");
        assertThat(call.values("cookie")).isEmpty();
        assertThat(call.values("te")).isEmpty();
        assertThat(call.headers()).noneMatch(header -> header.name().startsWith(":"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b\n x-folded: 1",
                "b\r\n x-folded: 1",
                "b\r\nx-smuggled: 1",
                "b\n content-length: 0\r\nauthorization: Bearer sk-own",
                "b\0",
                "b\u007f",
                "b\r"
            })
    void headerValueWithControlCharactersIsRejected(String value) throws Exception {
        HttpClientRequest request = request("/v1/responses");
        addUnchecked(request, "x-a", value);
        HttpClientResponse response = result(request.send(body(SCENE.responses())));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.getHeader("x-agyn-error")).isEqualTo("invalid_request");
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void pathWithALineBreakIsRejected() throws Exception {
        HttpClientRequest request = request("/v1/responses?a=b HTTP/1.1\r\nx-smuggled: 1\r\n\r\n");
        assertThat(result(request.send(body(SCENE.responses()))).statusCode()).isEqualTo(400);
        assertThat(SCENE.provider().received()).isEmpty();
    }

    @Test
    void errorResponsesArriveComplete() throws Exception {
        HttpClientResponse unknown = call("/v1/responses", body("none"));
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(read(unknown).toString()).contains("model_not_found");
        // Long before its body has been sent.
        HttpClientRequest request = request("/v1/responses");
        request.putHeader("content-length", Long.toString(64L << 20));
        request.write(Buffer.buffer("{"));
        HttpClientResponse tooLarge = result(request.response().map(HttpClientResponse::pause));
        assertThat(tooLarge.statusCode()).isEqualTo(413);
        assertThat(read(tooLarge).toString()).contains("request_too_large");
        assertThat(call("/v1/responses", body(SCENE.responses())).statusCode()).isEqualTo(200);
    }

    @Test
    void bodyIsForwardedBeforeItsEnd() throws Exception {
        HttpClientRequest request = request("/v1/responses").setChunked(true);
        request.write(Buffer.buffer("{\"model\":\"" + SCENE.responses() + "\",\"input\":\"one"));
        SCENE.provider().await(call -> call.text().equals("{\"model\":\"gpt-4o\",\"input\":\"one"), PATIENCE);
        request.end(Buffer.buffer("\"}"));
        assertThat(result(request.response()).statusCode()).isEqualTo(200);
    }

    @Test
    void longRequestAndResponseBodiesPass() throws Exception {
        SCENE.provider().script("text=3000000");
        HttpClientResponse response =
                call("/v1/responses", body(SCENE.responses()).replace("Hi", "x".repeat(3_000_000)));
        assertThat(read(response).length()).isGreaterThan(3_000_000);
        assertThat(SCENE.received().body()).hasSize(body("gpt-4o").length() - 2 + 3_000_000);
    }

    @Test
    void streamThatBreaksEndsWithAnErrorEvent() throws Exception {
        SCENE.provider().script("break=3");
        AtomicReference<Buffer> seen = new AtomicReference<>(Buffer.buffer());
        HttpClientRequest request = request("/v1/responses");
        Future<Void> end = request.send(body(SCENE.responses(), STREAM)).compose(response -> {
            response.handler(piece -> seen.get().appendBuffer(piece));
            return response.end();
        });
        result(end);
        assertThat(seen.get().toString())
                .contains("event: response.failed\ndata: ")
                .endsWith("}\n\n");
        // The connection is still usable.
        SCENE.provider().script("");
        assertThat(call("/v1/responses", body(SCENE.responses())).statusCode()).isEqualTo(200);
    }

    @Test
    void plainResponseThatBreaksIsReset() throws Exception {
        SCENE.provider().script("break=1");
        HttpClientRequest request = request("/v1/responses");
        Future<Buffer> body = request.send(body(SCENE.responses())).compose(HttpClientResponse::body);
        assertThatThrownBy(() -> result(body)).hasCauseInstanceOf(StreamResetException.class);
    }

    @Test
    void resetStreamCancelsOnlyItsProviderCall() throws Exception {
        for (String script : List.of("endless;every=20ms", "stall=before", "endless")) {
            SCENE.provider().forget();
            SCENE.provider().script(script);
            HttpClientRequest request = request("/v1/responses");
            request.response().onSuccess(HttpClientResponse::resume);
            request.end(Buffer.buffer(body(SCENE.responses(), STREAM)));
            SCENE.provider().await(ReceivedCall::bodyEnded, PATIENCE);
            request.reset(8);
            SCENE.provider().await(ReceivedCall::callerLeft, A_SECOND);
            SCENE.provider().script("");
            assertThat(call("/v1/responses", body(SCENE.responses())).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void resetOfAStreamWithUnsentBytesKeepsTheConnection() throws Exception {
        SCENE.provider().script("endless");
        HttpClientRequest unread = request("/v1/responses");
        result(unread.send(body(SCENE.responses(), STREAM)).map(HttpClientResponse::pause));
        SCENE.awaitStalled();
        AtomicBoolean closed = new AtomicBoolean();
        unread.connection().closeHandler(now -> closed.set(true));
        unread.reset(8);
        SCENE.provider().await(ReceivedCall::callerLeft, A_SECOND);
        SCENE.provider().script("");
        assertThat(call("/v1/responses", body(SCENE.responses())).statusCode()).isEqualTo(200);
        assertThat(closed).isFalse();
    }

    @Test
    void closedConnectionCancelsAllItsCalls() throws Exception {
        SCENE.provider().script("endless;every=20ms");
        HttpClientRequest first = request("/v1/responses");
        first.end(Buffer.buffer(body(SCENE.responses(), STREAM)));
        request("/v1/messages").end(Buffer.buffer(body(SCENE.messages(), STREAM)));
        SCENE.provider().await(call -> call.target().endsWith("responses") && call.responseBytes() > 0, PATIENCE);
        SCENE.provider().await(call -> call.target().endsWith("messages") && call.responseBytes() > 0, PATIENCE);
        first.connection().close();
        SCENE.provider().await(call -> call.target().endsWith("responses") && call.callerLeft(), A_SECOND);
        SCENE.provider().await(call -> call.target().endsWith("messages") && call.callerLeft(), A_SECOND);
    }

    @Test
    void unreadStreamStopsItsProviderAndNoOtherStream() throws Exception {
        SCENE.provider().script("endless");
        HttpClientResponse unread = call("/v1/responses", body(SCENE.responses(), STREAM));
        unread.pause();
        assertThat(SCENE.awaitStalled()).isLessThan(32L << 20);
        List<Future<Buffer>> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            HttpClientRequest other = request("/v1/responses");
            other.putHeader("x-scripted", "text=20000");
            others.add(other.send(body(SCENE.responses(), STREAM)).compose(HttpClientResponse::body));
        }
        for (Future<Buffer> other : others) {
            assertThat(result(other).toString()).contains("response.completed");
        }
    }

    private HttpClientResponse call(String path, String body) throws Exception {
        HttpClientRequest request = request(path);
        return result(request.send(body).map(HttpClientResponse::pause));
    }

    /** The body of a paused response, which could otherwise arrive before the handler is set. */
    private static Buffer read(HttpClientResponse response) throws Exception {
        Future<Buffer> body = response.body();
        response.resume();
        return result(body);
    }

    /** Adds a header that Vert.x would not let a caller send. */
    private static void addUnchecked(HttpClientRequest request, String name, String value) throws Exception {
        Field validator = HeadersMultiMap.class.getDeclaredField("validator");
        validator.setAccessible(true);
        validator.set(request.headers(), (BiConsumer<CharSequence, CharSequence>) (any, thing) -> {});
        request.headers().add(name, value);
    }

    private HttpClientRequest request(String path) throws Exception {
        HttpClientRequest request = result(client.request(HttpMethod.POST, RestAssured.port, "127.0.0.1", path));
        return request.putHeader("authorization", "Bearer " + SCENE.token());
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
