package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.it.RemoteKeys.Key;
import io.agyn.testing.Bao;
import io.agyn.testing.Metrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** OpenBao stops, hangs or is sealed under load: the last values are used for a time, and then calls fail with a clear error. */
@Tag("faults")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RemoteOutagesIT {
    private static final Duration MAX_AGE = Duration.ofSeconds(2);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration OUTAGE = Duration.ofSeconds(60);
    private static final Duration STALE = OUTAGE.plus(MAX_AGE);
    private static final Duration SHORT_OUTAGE = Duration.ofSeconds(8);
    // The pause between attempts is at most 10 s.
    private static final Duration RECOVERY = Duration.ofSeconds(20);

    private static Bao bao;
    private static Cluster cluster;

    private RemoteKeys keys;
    private ServerProcess server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        bao = Bao.startDurable(folder.resolve("bao"));
        cluster = Cluster.in(folder)
                .with("AGYN_SECRET_MAX_AGE", MAX_AGE.toSeconds() + "s")
                .with("AGYN_SECRET_STALE", STALE.toSeconds() + "s")
                .with("AGYN_SECRET_READ_TIMEOUT", READ_TIMEOUT.toSeconds() + "s")
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            cluster.close();
        } finally {
            bao.close();
        }
    }

    @BeforeEach
    void seed() {
        cluster.seed();
        server = cluster.server();
        keys = new RemoteKeys(cluster, bao);
    }

    @Test
    void minuteWithoutOpenBaoFailsNoCallAndLongerOutagesAreExplained() throws Exception {
        // The login expires meanwhile, and is repeated afterwards.
        Key key = keys.create(keys.secretProvider(RemoteKeys.byAppRole(bao, Duration.ofSeconds(10))));
        keys.assertSends(server, key, key.write());
        long killedAt;
        try (CallLoad load = CallLoad.start(List.of(keys.caller(server, key)))) {
            Thread.sleep(MAX_AGE);
            bao.kill();
            killedAt = System.nanoTime();
            Thread.sleep(OUTAGE);
            load.stop();
            assertThat(load.failures()).isEmpty();
            report("A minute without OpenBao: %,d calls, none failed, the slowest took %,d ms.", load);
        }
        assertThat(metric("agyn_secrets_stale_uses_total")).isPositive();
        assertThat(metric("agyn_secrets_age_seconds")).isGreaterThan(OUTAGE.toSeconds() - 2);
        assertThat(linesOf(key, "Its last value, ")).isEqualTo(1);

        await("calls fail")
                .atMost(MAX_AGE.plus(STALE).minus(OUTAGE).plusSeconds(2))
                .until(() -> keys.caller(server, key).call("late") != 200);
        assertThat(since(killedAt)).isGreaterThan(OUTAGE.plus(MAX_AGE));
        assertThat(keys.unavailable(server, key)).contains("cannot be reached");
        assertThat(linesOf(key, "Calls that need it fail")).isEqualTo(1);
        server.request()
                .get("/api/v1/" + cluster.organization().path("secrets/" + key.secret()))
                .then()
                .statusCode(200)
                .body("last_error", containsString("cannot be reached"));

        bao.restart();
        long restartedAt = System.nanoTime();
        String fresh = key.write();
        keys.awaitSends(server, key, fresh, RECOVERY);
        System.out.printf(
                "Calls succeeded %,d ms after OpenBao had started again.%n",
                since(restartedAt).toMillis());
        assertThat(linesOf(key, "can be read again")).isEqualTo(1);
        assertThat(server.output()).doesNotContain("ERROR");
    }

    @Test
    void hangingOpenBaoFailsNoCallAndDelaysNoneForLong() throws Exception {
        String secretProvider = keys.secretProvider(RemoteKeys.byToken(bao));
        Key key = keys.create(secretProvider);
        Key unread = keys.create(secretProvider);
        unread.write();
        keys.assertSends(server, key, key.write());
        try (CallLoad load = CallLoad.start(List.of(keys.caller(server, key)))) {
            Thread.sleep(MAX_AGE);
            bao.pause();
            try {
                Thread.sleep(SHORT_OUTAGE);
                assertThat(keys.unavailable(server, unread)).contains("did not respond within 1 s");
                assertCheckFails(secretProvider, false, "timeout");
            } finally {
                bao.resume();
            }
            load.stop();
            assertThat(load.failures()).isEmpty();
            report("OpenBao hung for some seconds: %,d calls, none failed, the slowest took %,d ms.", load);
            assertThat(load.slowest()).isLessThan(READ_TIMEOUT.plusSeconds(1));
        }
        keys.awaitSends(server, key, key.write(), RECOVERY);
    }

    @Test
    void sealedOpenBaoFailsNoCallUntilItIsUnsealed() throws Exception {
        String secretProvider = keys.secretProvider(RemoteKeys.byToken(bao));
        Key key = keys.create(secretProvider);
        Key unread = keys.create(secretProvider);
        unread.write();
        keys.assertSends(server, key, key.write());
        try (CallLoad load = CallLoad.start(List.of(keys.caller(server, key)))) {
            bao.seal();
            try {
                Thread.sleep(SHORT_OUTAGE);
                assertThat(keys.unavailable(server, unread)).contains("is sealed or in maintenance (503): unseal it.");
                assertCheckFails(secretProvider, true, "sealed");
            } finally {
                bao.unseal();
            }
            load.stop();
            assertThat(load.failures()).isEmpty();
        }
        keys.awaitSends(server, key, key.write(), RECOVERY);
    }

    private void assertCheckFails(String secretProvider, boolean isReachable, String failure) {
        server.request()
                .post("/api/v1/" + cluster.organization().path("secret-providers/" + secretProvider + "/check"))
                .then()
                .statusCode(200)
                .body("reachable", equalTo(isReachable))
                .body("credential_accepted", equalTo(false))
                .body("failure", equalTo(failure));
    }

    /** How many lines of the server's log about a key contain a text. */
    private long linesOf(Key key, String text) throws IOException {
        return server.output()
                .lines()
                .filter(line -> line.contains(key.name()) && line.contains(text))
                .count();
    }

    private double metric(String name) {
        return Metrics.of(server.address()).sum(name);
    }

    private static void report(String sentence, CallLoad load) {
        System.out.println(sentence.formatted(load.calls(), load.slowest().toMillis()));
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }
}
