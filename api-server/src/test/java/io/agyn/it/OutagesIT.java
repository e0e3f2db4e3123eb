package io.agyn.it;

import static io.agyn.it.Cluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agyn.proxy.WebSocketCaller;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Outages of the database, disk or clock as callers see them; afterwards, everything works again. */
@Tag("faults")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class OutagesIT {
    private static final Duration OUTAGE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void minuteOfDatabaseOutageLosesNoAcknowledgedWrite() throws Exception {
        try (ExternalDatabase database = ExternalDatabase.start(folder);
                ServerProcess server = ServerProcess.start(folder.resolve("server"), database.variables())) {
            SecretWrites secrets = new SecretWrites(server);
            URI address = server.address();
            AtomicBoolean isOver = new AtomicBoolean();
            AtomicInteger rejections = new AtomicInteger();
            AtomicLong longest = new AtomicLong();
            List<Thread> writers = secrets.start(() -> {
                String key = UUID.randomUUID().toString();
                HttpResponse<String> response = timed(longest, () -> secrets.create(address, key));
                while (response.statusCode() == 503) {
                    assertThat(response.headers().firstValue("retry-after")).hasValue("1");
                    rejections.incrementAndGet();
                    Thread.sleep(Duration.ofSeconds(1));
                    response = timed(longest, () -> secrets.create(address, key));
                }
                secrets.take(key, response);
                return !isOver.get();
            });
            Thread.sleep(Duration.ofSeconds(2));
            database.stop();
            Thread.sleep(OUTAGE);
            int before = secrets.acknowledged();
            assertThat(rejections).hasValueGreaterThan(SecretWrites.WRITERS);
            server.request().get("/q/health/ready").then().statusCode(503);
            database.restart();
            Instant back = Instant.now();
            await("writes again").atMost(PATIENCE).until(() -> secrets.acknowledged() > before);
            Duration recovery = Duration.between(back, Instant.now());
            await("ready").atMost(PATIENCE).until(server::isReady);
            isOver.set(true);
            secrets.join(writers);
            secrets.assertAllThereOnce(server, new ServerCommands(folder.resolve("server"), database.variables()));
            report(
                    "Database down: %,d writes acknowledged and kept, %,d rejected with 503, the longest after %,d ms;"
                            + " the first was acknowledged %,d ms after the database was back.",
                    secrets.acknowledged(), rejections.get(), longest.get(), recovery.toMillis());
        }
    }

    @Test
    void webSocketsWorkWithoutTheDatabase() throws Exception {
        try (Cluster cluster = Cluster.in(folder).onExternalDatabase().start();
                WebSocketCaller open = cluster.caller().webSocket()) {
            ModelCaller caller = cluster.caller();
            open.send(caller.message());
            assertThat(open.last().getString("type")).isEqualTo("response.completed");
            cluster.database().stop();
            await("not ready").atMost(PATIENCE).until(() -> !cluster.server().isReady());
            try (WebSocketCaller another = caller.webSocket()) {
                for (WebSocketCaller socket : List.of(open, another)) {
                    socket.send(caller.message());
                    assertThat(socket.last().getString("type")).isEqualTo("response.completed");
                }
            }
            cluster.database().restart();
            await("all in the usage").atMost(PATIENCE).until(() -> recorded(cluster) == 3);
        }
    }

    @Test
    void exhaustedConnectionPoolGetsRetryAfter() throws Exception {
        try (ExternalDatabase database = ExternalDatabase.start(folder)) {
            Map<String, String> variables = database.variables();
            variables.put("AGYN_DATABASE_POOL_SIZE", "4");
            try (ServerProcess server = ServerProcess.start(folder.resolve("server"), variables)) {
                SecretWrites secrets = new SecretWrites(server);
                URI address = server.address();
                AtomicLong longest = new AtomicLong();
                List<CompletableFuture<HttpResponse<String>>> waiting;
                try (Connection lock = database.lock("secret")) {
                    waiting = IntStream.range(0, 4)
                            .mapToObj(i -> CompletableFuture.supplyAsync(
                                    () -> {
                                        try {
                                            return secrets.create(address, "waiting-" + i);
                                        } catch (IOException | InterruptedException e) {
                                            throw new AssertionError(e);
                                        }
                                    },
                                    Thread::startVirtualThread))
                            .toList();
                    await("all connections taken")
                            .atMost(PATIENCE)
                            .until(() -> database.number(
                                            "select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
                                    == 4);
                    for (int i = 0; i < 4; i++) {
                        String key = "rejected-" + i;
                        HttpResponse<String> rejection = timed(longest, () -> secrets.create(address, key));
                        assertThat(rejection.statusCode()).as(rejection.body()).isEqualTo(503);
                        assertThat(rejection.headers().firstValue("retry-after"))
                                .hasValue("1");
                        assertThat(rejection.body()).contains("\"code\":\"unavailable\"");
                    }
                    assertThat(waiting).noneMatch(CompletableFuture::isDone);
                }
                for (CompletableFuture<HttpResponse<String>> response : waiting) {
                    assertThat(response.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                    .statusCode())
                            .isEqualTo(201);
                }
                for (int i = 0; i < 4; i++) {
                    assertThat(secrets.create(address, "rejected-" + i).statusCode())
                            .isEqualTo(201);
                }
                report("No connection free: a 503 after %,d ms at the latest.", longest.get());
            }
        }
    }

    @Test
    void fullDiskLosesNoAcknowledgedWriteAndNoCall() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(
                succeeds("mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", disk.toString()),
                "needs the right to mount a file system, as root has it");
        try (Cluster cluster = Cluster.in(disk).start()) {
            SecretWrites secrets = new SecretWrites(cluster.server());
            URI address = cluster.server().address();
            ModelCaller caller = cluster.caller();
            assertThat(caller.call("before")).isEqualTo(200);
            for (int i = 0; i < 20; i++) {
                secrets.take("before-" + i, secrets.create(address, "before-" + i));
            }

            Path filler = disk.resolve("filler");
            fill(filler);
            int rejections = 0;
            int calls = 0;
            Instant end = Instant.now().plusSeconds(20);
            // Each is larger than the free space of a table's page, so that new disk space is needed.
            for (int i = 0; Instant.now().isBefore(end); i++) {
                String key = "full-" + i;
                HttpResponse<String> response = secrets.create(address, key);
                if (response.statusCode() == 201) {
                    secrets.take(key, response);
                    fill(filler);
                } else {
                    assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
                    assertThat(response.headers().firstValue("retry-after")).isPresent();
                    rejections++;
                    Thread.sleep(200);
                }
                assertThat(caller.call("full-" + i)).isEqualTo(200);
                calls++;
            }
            assertThat(rejections).as("writes rejected since the disk is full").isPositive();

            Files.delete(filler);
            await("writes again").atMost(PATIENCE).until(() -> {
                HttpResponse<String> response = secrets.create(address, "after");
                if (response.statusCode() == 201) {
                    secrets.take("after", response);
                }
                return response.statusCode() == 201;
            });
            assertThat(caller.call("after")).isEqualTo(200);
            secrets.assertAllThereOnce(cluster.server(), cluster.commands());
            report(
                    "Disk full: %,d writes acknowledged and kept, %,d rejected with 503, %,d calls of models completed"
                            + " meanwhile.",
                    secrets.acknowledged(), rejections, calls);
        } finally {
            succeeds("umount", "--lazy", disk.toString());
        }
    }

    @Test
    void clockSetBackByADayLosesNoCallAndNoWrite() throws Exception {
        Path library = folder.resolve("clock.so");
        assumeTrue(
                succeeds("cc", "-shared", "-fPIC", "-o", library.toString(), "src/test/c/clock.c"),
                "needs a C compiler, to give the server a separate clock");
        Path clock = setClock(Duration.ZERO);
        try (Cluster cluster = Cluster.in(folder)
                .with("LD_PRELOAD", library.toString())
                .with("CLOCK_FILE", clock.toString())
                .start()) {
            ServerProcess server = cluster.server();
            SecretWrites secrets = new SecretWrites(server);
            URI address = server.address();
            for (int i = 0; i < 30; i++) {
                secrets.take("before-" + i, secrets.create(address, "before-" + i));
            }
            assertThat(cluster.caller().call("before")).isEqualTo(200);

            setClock(Duration.ofDays(-1));
            await("the clock set back")
                    .atMost(PATIENCE)
                    .until(() -> token(server)
                                    .<String>path("created_at")
                                    .compareTo(Instant.now()
                                            .minus(Duration.ofHours(12))
                                            .toString())
                            < 0);
            assertThat(secrets.create(address, "before-0").statusCode())
                    .as("asked for again")
                    .isEqualTo(201);
            for (int i = 0; i < 30; i++) {
                secrets.take("after-" + i, secrets.create(address, "after-" + i));
            }
            Response token = token(server);
            ModelCaller caller = cluster.caller().withToken(token.path("token"));
            assertThat(caller.call("after")).isEqualTo(200);
            server.delete("api-tokens/" + token.path("id"));
            Thread.sleep(Duration.ofSeconds(1));
            assertThat(caller.call("revoked")).isEqualTo(401);
            await("both calls in the usage").atMost(PATIENCE).until(() -> recorded(cluster) == 2);
            // The commands have the machine's clock.
            secrets.assertAllThereOnce(server, new ServerCommands(cluster.dataDir(0), Map.of()));
        }
    }

    /** A result for the report. */
    private static void report(String sentence, Object... results) {
        System.out.println(sentence.formatted(results));
    }

    private interface Write {
        HttpResponse<String> run() throws IOException, InterruptedException;
    }

    private static HttpResponse<String> timed(AtomicLong longestMillis, Write write)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        HttpResponse<String> response = write.run();
        longestMillis.accumulateAndGet((System.nanoTime() - start) / 1_000_000, Math::max);
        return response;
    }

    /** Writes until the disk is full. */
    private static void fill(Path file) throws IOException {
        byte[] piece = new byte[4096];
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (true) {
                out.write(piece);
            }
        } catch (IOException e) {
            // The disk is full.
        }
    }

    /** Sets the offset of the clock of the server and its database. */
    private Path setClock(Duration ahead) throws IOException {
        Path file = folder.resolve("clock");
        Path draft = Files.writeString(folder.resolve("clock.draft"), Long.toString(ahead.toSeconds()));
        return Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static boolean succeeds(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Response token(ServerProcess server) {
        return server.createToken(Map.of("description", "for a call"));
    }

    /** How many calls of the organization are in the usage. */
    private static int recorded(Cluster cluster) {
        Response records = cluster.server()
                .request()
                .get("/api/v1/" + cluster.organization().path("usage/records"));
        records.then().statusCode(200);
        return records.<List<?>>path("items").size();
    }
}
