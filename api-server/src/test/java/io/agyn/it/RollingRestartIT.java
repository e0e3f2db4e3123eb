package io.agyn.it;

import static io.agyn.it.Cluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.proxy.WebSocketCaller;
import io.agyn.scripted.Options;
import io.agyn.testing.Metrics;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers behind nginx with the documented configuration, restarted by SIGTERM without notice to nginx. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class RollingRestartIT {
    private static final Duration A_WHILE = Duration.ofSeconds(2);
    private static final int WORKERS = 8;
    private static final int STREAMS = 4;
    // Eight seconds: longer than a server without requests takes to stop.
    private static final String LONG_STREAM = "events=80;every=100ms";

    @TempDir
    private Path folder;

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean stopped;

    @Test
    void noCallFailsWhileEachServerIsRestarted() throws Exception {
        int onePort = Nginx.freePort();
        int otherPort = Nginx.freePort();
        try (Cluster cluster = Cluster.in(folder)
                        .withProvider(Options.defaults().withoutRecording())
                        .with("AGYN_HTTP_TRUSTED_PROXIES", "127.0.0.1")
                        .with("AGYN_HTTP_PORT", Integer.toString(onePort))
                        .withAnotherServer(Map.of("AGYN_HTTP_PORT", Integer.toString(otherPort)))
                        .start();
                Nginx balancer = Nginx.start(folder.resolve("nginx"), List.of(onePort, otherPort))) {
            String token = cluster.server().token();
            ModelCaller caller = new ModelCaller(balancer.origin(), token, cluster.organization());
            String stored = new JsonObject(caller.response("stored").body()).getString("id");
            List<Thread> load = load(caller);
            load.add(Thread.startVirtualThread(() -> {
                while (!stopped) {
                    send(caller.retrieval(stored).build(), body -> body.contains(stored));
                }
            }));
            List<CompletableFuture<Void>> streams = new ArrayList<>();
            Thread.sleep(A_WHILE);
            for (int restart = 0; restart < 2; restart++) {
                for (int i = 0; i < STREAMS; i++) {
                    streams.add(
                            CompletableFuture.runAsync(() -> call(caller, LONG_STREAM), Thread::startVirtualThread));
                }
                Thread.sleep(A_WHILE);
                ServerProcess stopping = cluster.server(restart);
                assertThat(stopping.stop()).isEqualTo(ServerProcess.TERMINATED);
                assertThat(stopping.output() + stopping.errors()).doesNotContain("ERROR", "WARN");
                cluster.restart(restart);
                Thread.sleep(A_WHILE);
            }
            for (CompletableFuture<Void> stream : streams) {
                stream.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            stopped = true;
            for (Thread thread : load) {
                assertThat(thread.join(PATIENCE)).isTrue();
            }
            System.out.printf("Rolling restarts: %,d calls, %d failed%n", calls.get(), failures.size());
            assertThat(failures)
                    .as("of %d calls; nginx: %s", calls.get(), balancer.log())
                    .isEmpty();
            assertThat(calls.get()).isGreaterThan(1000);
        } finally {
            stopped = true;
        }
    }

    @Test
    void webSocketsPassNginxAndMoveToTheOtherServer() throws Exception {
        int onePort = Nginx.freePort();
        int otherPort = Nginx.freePort();
        try (Cluster cluster = Cluster.in(folder)
                        .with("AGYN_HTTP_TRUSTED_PROXIES", "127.0.0.1")
                        .with("AGYN_HTTP_PORT", Integer.toString(onePort))
                        .withAnotherServer(Map.of("AGYN_HTTP_PORT", Integer.toString(otherPort)))
                        .start();
                Nginx balancer = Nginx.start(folder.resolve("nginx"), List.of(onePort, otherPort))) {
            ModelCaller caller =
                    new ModelCaller(balancer.origin(), cluster.server().token(), cluster.organization());
            try (WebSocketCaller socket = caller.webSocket()) {
                socket.send(caller.message());
                assertThat(socket.last().getString("type")).isEqualTo("response.completed");
                ServerProcess serving = cluster.servers().stream()
                        .filter(server -> Metrics.of(server.address()).sum("agyn_proxy_websockets") == 1)
                        .findFirst()
                        .orElseThrow();
                assertThat(serving.stop()).isEqualTo(ServerProcess.TERMINATED);
                assertThat(socket.closeCode()).isEqualTo(1012);
            }
            try (WebSocketCaller next = caller.webSocket()) {
                next.send(caller.message());
                assertThat(next.last().getString("type")).isEqualTo("response.completed");
            }
        }
    }

    private List<Thread> load(ModelCaller caller) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            String script = i % 4 == 0 ? "events=5;every=10ms" : "text=1";
            threads.add(Thread.startVirtualThread(() -> {
                while (!stopped) {
                    call(caller, script);
                }
            }));
        }
        threads.add(Thread.startVirtualThread(() -> {
            while (!stopped) {
                send(
                        HttpRequest.newBuilder(caller.address().resolve("/api/v1/me"))
                                .timeout(PATIENCE)
                                .header("Authorization", "Bearer " + caller.token())
                                .build(),
                        body -> body.contains("cluster_admin"));
            }
        }));
        return threads;
    }

    /** A call of a model, which streams where its script has events. */
    private void call(ModelCaller caller, String script) {
        boolean streams = script.startsWith("events");
        send(
                caller.request("rolling", streams).header("x-scripted", script).build(),
                body -> !streams || body.contains("response.completed"));
    }

    private void send(HttpRequest request, Predicate<String> isWhole) {
        calls.incrementAndGet();
        try {
            HttpResponse<String> response = ModelCaller.HTTP.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200 || !isWhole.test(response.body())) {
                failures.add(request.uri().getPath() + ": " + response.statusCode() + " " + response.body());
            }
        } catch (IOException e) {
            failures.add(request.uri().getPath() + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
