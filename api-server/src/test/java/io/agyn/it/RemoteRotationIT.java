package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.it.RemoteKeys.Key;
import io.agyn.scripted.Header;
import io.agyn.scripted.ReceivedCall;
import io.agyn.testing.Bao;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys in OpenBao, and the references to them, change while two servers are called. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RemoteRotationIT {
    private static final Duration MAX_AGE = Duration.ofSeconds(4);
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    // Longer than MAX_AGE and the calls after it.
    private static final String TEN_SECONDS = "events=50;every=200ms";
    private static final int STREAMS = 200;
    private static final int KEYS = 100;
    private static final int REJECTIONS = 30;

    private static Bao bao;
    private static Cluster cluster;

    private RemoteKeys keys;
    private String secretProvider;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        bao = Bao.start(folder.resolve("bao"));
        // The second server keeps values for the default minute, longer than any test waits.
        cluster = Cluster.in(folder)
                .with("AGYN_SECRET_MAX_AGE", MAX_AGE.toSeconds() + "s")
                .withAnotherServer(Map.of("AGYN_SECRET_MAX_AGE", "60s"))
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
    void seed() throws Exception {
        cluster.provider().accept();
        cluster.seed();
        keys = new RemoteKeys(cluster, bao);
        secretProvider = keys.secretProvider(RemoteKeys.byToken(bao));
    }

    @Test
    void openStreamsKeepTheOldKeyAndLaterCallsUseTheNewOne() throws Exception {
        Key key = keys.create(secretProvider);
        String old = key.write();
        ModelCaller caller = keys.caller(cluster.server(), key);
        List<CompletableFuture<HttpResponse<String>>> streams = IntStream.range(0, STREAMS)
                .mapToObj(i -> caller.stream("stream-" + i, TEN_SECONDS))
                .toList();
        cluster.awaitStreams(STREAMS);

        String fresh = key.write();
        Thread.sleep(MAX_AGE);
        for (int i = 0; i < 20; i++) {
            assertThat(caller.call("after-" + i)).isEqualTo(200);
        }

        assertThat(streams).noneMatch(CompletableFuture::isDone);
        for (CompletableFuture<HttpResponse<String>> stream : streams) {
            assertThat(stream.join().statusCode()).isEqualTo(200);
            assertThat(stream.join().body()).contains("response.completed");
        }
        assertThat(cluster.credentialsSent("stream-")).containsExactly("Bearer " + old);
        assertThat(cluster.credentialsSent("after-")).containsExactly("Bearer " + fresh);
    }

    /** A new value, and when OpenBao had acknowledged it. */
    private record Written(String value, long at) {}

    @Test
    void newKeysAreUsedWithinTheMaximumAge() throws Exception {
        List<Key> all = new ArrayList<>();
        List<ModelCaller> callers = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            Key key = keys.create(secretProvider);
            key.write();
            all.add(key);
            callers.add(keys.caller(cluster.server(), key));
        }
        AtomicReferenceArray<Written> written = new AtomicReferenceArray<>(KEYS);
        callEach(callers, written);
        Thread writer = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < KEYS; i++) {
                    String value = all.get(i).write();
                    written.set(i, new Written(value, System.nanoTime()));
                    // Spread over the time between two reads.
                    Thread.sleep(MAX_AGE.dividedBy(2L * KEYS));
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });

        long[] ages = new long[KEYS];
        Arrays.fill(ages, -1);
        long end = System.nanoTime() + MAX_AGE.multipliedBy(5).toNanos();
        while (Arrays.stream(ages).anyMatch(age -> age < 0)) {
            assertThat(System.nanoTime()).as("all keys in time").isLessThan(end);
            long[] sweep = callEach(callers, written);
            for (int i = 0; i < KEYS; i++) {
                if (ages[i] < 0) {
                    ages[i] = sweep[i];
                }
            }
            Thread.sleep(50);
        }
        writer.join();
        report("From the write in OpenBao to the first call with the new key, AGYN_SECRET_MAX_AGE=4s:", ages);
    }

    /**
     * Calls each model once. Returns the nanoseconds from the write of the new key to the start of the call if it sent
     * the new key, otherwise -1.
     */
    private static long[] callEach(List<ModelCaller> callers, AtomicReferenceArray<Written> written) {
        cluster.provider().forget();
        long[] startedAt = new long[KEYS];
        List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            startedAt[i] = System.nanoTime();
            responses.add(callers.get(i).responseLater(Integer.toString(i)));
        }
        for (CompletableFuture<HttpResponse<String>> response : responses) {
            assertThat(response.join().statusCode()).as(response.join().body()).isEqualTo(200);
        }
        Map<String, String> sent = cluster.provider().received().stream()
                .collect(Collectors.toMap(RemoteRotationIT::requestId, call -> call.values("authorization")
                        .getFirst()));
        long[] ages = new long[KEYS];
        for (int i = 0; i < KEYS; i++) {
            Written last = written.get(i);
            long age = last == null ? -1 : startedAt[i] - last.at;
            boolean isNew = last != null && sent.get(Integer.toString(i)).equals("Bearer " + last.value);
            assertThat(isNew || age <= MAX_AGE.toNanos())
                    .as("key %d is new %d ms after the write", i, TimeUnit.NANOSECONDS.toMillis(age))
                    .isTrue();
            ages[i] = isNew ? Math.max(0, age) : -1;
        }
        return ages;
    }

    private static String requestId(ReceivedCall call) {
        return call.values("x-request-id").getFirst();
    }

    @Test
    void rejectedKeyIsReadAgainWithinOneFailedCall() throws Exception {
        ServerProcess server = cluster.server(1);
        long[] times = new long[REJECTIONS];
        for (int i = 0; i < REJECTIONS; i++) {
            Key key = keys.create(secretProvider);
            keys.assertSends(server, key, key.write());
            ModelCaller caller = keys.caller(server, key);

            String fresh = key.write();
            long writtenAt = System.nanoTime();
            cluster.provider().accept(new Header("authorization", "Bearer " + fresh));
            assertThat(caller.call("rejected")).isEqualTo(401);
            assertThat(caller.call("healed")).isEqualTo(200);
            times[i] = System.nanoTime() - writtenAt;
            cluster.provider().accept();
        }
        report("From the write in OpenBao to the end of the call after the one rejected with 401:", times);
    }

    @Test
    void changedReferenceIsEffectiveOnAllServersWithinASecond() throws Exception {
        Key key = keys.create(secretProvider);
        Key other = keys.create(secretProvider);
        assertAllSend(key, key.write());
        String value = other.write();

        updateSecret(key.secret(), RemoteKeys.reference(key.name(), secretProvider, other.name()));
        Thread.sleep(A_SECOND);
        assertAllSend(key, value);
    }

    @Test
    void changedSecretProviderIsEffectiveOnAllServersWithinASecond(@TempDir Path folder) throws Exception {
        Key key = keys.create(secretProvider);
        assertAllSend(key, key.write());
        try (Bao other = Bao.start(folder)) {
            String value = RemoteKeys.writeKey(other, key.name());

            updateSecretProvider(RemoteKeys.byToken(other));
            Thread.sleep(A_SECOND);
            assertAllSend(key, value);

            updateSecretProvider(Map.of("address", other.address(), "token", "s.wrong-token"));
            Thread.sleep(A_SECOND);
            for (ServerProcess server : cluster.servers()) {
                assertThat(keys.unavailable(server, key)).contains("rejects its token (403)");
            }
        }
    }

    @Test
    void secretMovesToOpenBaoAndBackWithoutAFailedCall() throws Exception {
        Organization organization = cluster.organization();
        List<ModelCaller> callers = cluster.callers(cluster.server().token());
        String value = RemoteKeys.writeKey(bao, organization.id());
        try (CallLoad load = CallLoad.start(callers)) {
            updateSecret(organization.secret(), RemoteKeys.reference("key", secretProvider, organization.id()));
            Thread.sleep(A_SECOND);
            for (ModelCaller caller : callers) {
                keys.assertSends(caller, value);
            }
            updateSecret(organization.secret(), Map.of("name", "key", "value", Organization.CREDENTIAL));
            Thread.sleep(A_SECOND);
            for (ModelCaller caller : callers) {
                keys.assertSends(caller, Organization.CREDENTIAL);
            }
            load.stop();
            assertThat(load.failures()).isEmpty();
        }
    }

    private void assertAllSend(Key key, String value) throws Exception {
        for (ServerProcess server : cluster.servers()) {
            keys.assertSends(server, key, value);
        }
    }

    private static void updateSecret(String id, Map<String, ?> body) {
        cluster.server().update(cluster.organization().path("secrets/" + id), body);
    }

    private void updateSecretProvider(Map<String, String> config) {
        cluster.server()
                .update(
                        cluster.organization().path("secret-providers/" + secretProvider),
                        Map.of("name", "vault-changed", "type", "vault", "config", config));
    }

    /** Prints quantiles for the report. */
    private static void report(String title, long[] nanos) {
        long[] millis = LongStream.of(nanos)
                .map(TimeUnit.NANOSECONDS::toMillis)
                .sorted()
                .toArray();
        System.out.printf(
                "%s p50 %,d ms, p99 %,d ms, maximum %,d ms of %d.%n",
                title,
                millis[millis.length / 2],
                millis[(int) Math.ceil(millis.length * 0.99) - 1],
                millis[millis.length - 1],
                millis.length);
    }
}
