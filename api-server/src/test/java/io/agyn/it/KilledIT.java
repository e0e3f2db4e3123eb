package io.agyn.it;

import static io.agyn.it.SecretWrites.WRITERS;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Under writes, servers and databases are killed (SIGKILL), and nothing is lost, done twice, or half-done. */
@Tag("faults")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KilledIT {
    private static final int SERVER_KILLS = 20;
    private static final int POSTGRES_KILLS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private SecretWrites secrets;

    @BeforeEach
    void prepare() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder)) {
            secrets = new SecretWrites(server);
        }
    }

    @Test
    void killedServersLoseNoAcknowledgedWrite() throws Exception {
        Set<String> unacknowledged = ConcurrentHashMap.newKeySet();
        for (int kill = 0; kill < SERVER_KILLS; kill++) {
            int before = secrets.acknowledged();
            ServerProcess server = ServerProcess.start(folder);
            URI address = server.address();
            List<Thread> writers = secrets.start(() -> {
                String key = UUID.randomUUID().toString();
                try {
                    secrets.take(key, secrets.create(address, key));
                    return true;
                } catch (IOException e) {
                    unacknowledged.add(key);
                    return false;
                }
            });
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> secrets.acknowledged() > before);
            Thread.sleep(ThreadLocalRandom.current().nextLong(300));
            server.kill();
            secrets.join(writers);
            server.close();
        }

        try (ServerProcess server = ServerProcess.start(folder)) {
            for (String key : unacknowledged) {
                secrets.take(key, secrets.create(server.address(), key));
            }
            secrets.assertAllThereOnce(server, new ServerCommands(folder, Map.of()));
        }
    }

    @Test
    void retriedCreatesRunOnceWhileDatabasesAreKilled() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder)) {
            URI address = server.address();
            Instant[] end = {Instant.MAX};
            List<Thread> writers = secrets.start(() -> {
                String key = UUID.randomUUID().toString();
                HttpResponse<String> response = await().atMost(PATIENCE)
                        .pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(50))
                        .until(() -> secrets.create(address, key), last -> last.statusCode() < 500);
                secrets.take(key, response);
                return Instant.now().isBefore(end[0]);
            });
            for (int kill = 0; kill < POSTGRES_KILLS; kill++) {
                int before = secrets.acknowledged();
                await("writes go on")
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> secrets.acknowledged() >= before + 2 * WRITERS);
                ProcessHandle postmaster = server.postmaster();
                postmaster.destroyForcibly();
                postmaster.onExit().join();
                Thread.sleep(ThreadLocalRandom.current().nextLong(300));
            }
            end[0] = Instant.now();
            secrets.join(writers);
            secrets.assertAllThereOnce(server, new ServerCommands(folder, Map.of()));
        }
    }
}
