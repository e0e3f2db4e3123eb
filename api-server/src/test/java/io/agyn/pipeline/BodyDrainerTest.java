package io.agyn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests on one connection; the API's threads write the responses. */
@Timeout(60)
class BodyDrainerTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private URI uri;

    @BeforeEach
    void listen() throws Exception {
        Router router = Router.router(vertx);
        new BodyDrainer().register(router);
        router.route().handler(context -> {
            HttpServerRequest request = context.request();
            request.pause();
            // As the REST stack does: the rest of the body is read while the response ends.
            Thread.ofVirtual().start(() -> {
                request.resume();
                context.response().end("done");
            });
        });
        HttpServer server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        uri = URI.create("http://127.0.0.1:" + server.actualPort());
    }

    @AfterEach
    void close() {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void nextRequestIsServedAfterBodyThatEndsWithTheResponse() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(5))
                .POST(HttpRequest.BodyPublishers.ofString("body"))
                .build();
        for (int i = 0; i < 5000; i++) {
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .as("request %d", i)
                    .isEqualTo("done");
        }
    }
}
