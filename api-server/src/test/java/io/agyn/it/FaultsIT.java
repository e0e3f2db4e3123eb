package io.agyn.it;

import static io.agyn.it.Cluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls and their usage while the database or a server fails. */
class FaultsIT {
    private static final String NEW_KEY = "sk-new";
    private static final Duration A_SECOND = Duration.ofSeconds(1);

    private static Cluster cluster;

    private ModelCaller caller;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        cluster = Cluster.in(folder).onExternalDatabase().start();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @BeforeEach
    void seed() {
        cluster.seed();
        caller = cluster.caller();
    }

    @Test
    void serverWorksFromCacheDuringADatabaseOutageAndCatchesUp() throws Exception {
        ModelCaller known = caller.withToken(token());
        ModelCaller unknown = caller.withToken(token());
        assertThat(known.call("0-before")).isEqualTo(200);

        cluster.database().stop();
        int calls = 0;
        long end = System.nanoTime() + Duration.ofSeconds(8).toNanos();
        while (System.nanoTime() < end) {
            assertThat(known.call("0-down-" + calls++)).isEqualTo(200);
            Thread.sleep(20);
        }
        HttpResponse<String> rejected = unknown.response("1-unknown");
        assertThat(rejected.statusCode()).as(rejected.body()).isEqualTo(503);
        assertThat(rejected.headers().firstValue("retry-after")).isPresent();
        assertThat(rejected.body()).contains("\"code\":\"unavailable\"");

        cluster.database().restart();
        int expected = calls + 1;
        await("all calls in the table")
                .atMost(PATIENCE)
                .until(() -> recorded("0-").size() == expected);
        assertThat(recorded("0-")).doesNotHaveDuplicates();
        await("the other token known").atMost(PATIENCE).until(() -> unknown.call("1-again") == 200);
        Organization organization = cluster.organization();
        cluster.server()
                .update(organization.path("secrets/" + organization.secret()), Map.of("name", "key", "value", NEW_KEY));
        Thread.sleep(A_SECOND);
        assertThat(known.call("2-rotated")).isEqualTo(200);
        assertThat(cluster.credentialsSent("2-")).containsExactly("Bearer " + NEW_KEY);
    }

    @Test
    void killedServerKeepsRecordsOlderThanASecond() throws Exception {
        ConcurrentMap<String, Long> ended = new ConcurrentHashMap<>();
        List<Thread> callers = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
            String prefix = "kill-" + thread + "-";
            callers.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; ; i++) {
                    try {
                        if (caller.call(prefix + i) == 200) {
                            ended.put(prefix + i, System.nanoTime());
                        }
                    } catch (IOException e) {
                        return;
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                }
            }));
        }
        Thread.sleep(Duration.ofSeconds(4));
        // Blocks loading, so that the usage is only in the spool.
        try (Connection lock = cluster.database().lock("usage_record")) {
            Thread.sleep(Duration.ofSeconds(3));
            cluster.server().kill();
        }
        long killed = System.nanoTime();
        for (Thread thread : callers) {
            thread.join();
        }
        Set<String> due = ended.entrySet().stream()
                .filter(call -> killed - call.getValue() > A_SECOND.toNanos())
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(due).hasSizeGreaterThan(100);

        cluster.restart(0);
        await("all records in the table").atMost(PATIENCE).until(() -> recorded("kill-")
                .containsAll(due));
        assertThat(recorded("kill-")).doesNotHaveDuplicates();
    }

    @Test
    void slowDatabaseDoesNotSlowCalls() throws Exception {
        // By now the server has read the set-up's changes, so these do not invalidate the route of "before".
        Thread.sleep(A_SECOND);
        assertThat(caller.call("before")).isEqualTo(200);
        try (Connection lock = cluster.database().lock("usage_record, api_token, model, llm_provider, secret")) {
            List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, 200)
                    .mapToObj(i -> caller.responseLater("slow-" + i))
                    .toList();
            for (CompletableFuture<HttpResponse<String>> response : responses) {
                assertThat(response.join().statusCode()).isEqualTo(200);
            }
        }
        await("all calls in the table")
                .atMost(PATIENCE)
                .until(() -> recorded("slow-").size() == 200);
    }

    private static String token() {
        return cluster.server().createToken(Map.of("description", "for calls")).path("token");
    }

    /** The ids of recorded calls that have a prefix. */
    private static List<String> recorded(String prefix) throws SQLException {
        return cluster.database().column("select request_id from usage_record where request_id like '" + prefix + "%'");
    }
}
