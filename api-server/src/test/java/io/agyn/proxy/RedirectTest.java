package io.agyn.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.Protocol;
import io.agyn.ids.Uuid7;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.forwarding.Redirect;
import io.agyn.proxy.routing.Endpoint;
import io.agyn.proxy.routing.Target;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Members who test a model see the location of a redirect; other callers do not. */
@Timeout(30)
class RedirectTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    https://other.example/v2/responses            | of the redirect, https://other.example/v2.
                    https://other.example:8443/v2/responses?key=1 | of the redirect, https://other.example:8443/v2.
                    https://user:secret@other.example/responses   | of the redirect, https://other.example.
                    https://login.example/sign-in?next=a#b        | from the location https://login.example/sign-in.
                    /v2/responses                                 | of the redirect, http://127.0.0.1:%d/v2.
                    ''                                            | of the redirect.
                    https://[                                     | of the redirect.
                    mailto:a@b.example                            | of the redirect.
                    """)
    void redirectErrorNamesTheLocation(String location, String expected) throws Exception {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> request.response()
                        .setStatusCode(307)
                        .putHeader("location", location)
                        .end())
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        ProxyError error = vertx.createHttpClient()
                .request(HttpMethod.POST, server.actualPort(), "127.0.0.1", "/v1/responses")
                .compose(HttpClientRequest::send)
                .map(response -> Redirect.error(target(), Operation.CREATE_RESPONSE.path(), response))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        assertThat(error.message())
                .contains("The LLM provider openai redirects")
                .doesNotContain("example", "http");
        assertThat(error.detailed().message())
                .endsWith(expected.formatted(server.actualPort()))
                .doesNotContain("secret", "key=1", "next=");
    }

    private static Target target() {
        UUID id = Uuid7.next();
        return new Target(
                id,
                id,
                "gpt",
                id,
                "openai",
                Protocol.RESPONSES,
                Endpoint.of("https://api.example/v1"),
                List.of(),
                "\"gpt\"".getBytes(UTF_8));
    }
}
