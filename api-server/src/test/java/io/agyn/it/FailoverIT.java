package io.agyn.it;

import static io.agyn.it.Cluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.Standby;
import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server on a primary that hangs and a standby that is promoted. */
@Timeout(120)
class FailoverIT {
    @TempDir
    private Path folder;

    @Test
    void noCallFailsAndWritesComeBackSoonWhenThePrimaryHangs() throws Exception {
        List<ProcessHandle> stopped = new ArrayList<>();
        try (ScriptedProvider provider = ScriptedProvider.start();
                ExternalDatabase primary = ExternalDatabase.start(folder);
                Standby standby = standby(primary)) {
            Map<String, String> variables = primary.variables();
            variables.put(
                    "AGYN_DATABASE_URL",
                    "postgresql://127.0.0.1:%d,127.0.0.1:%d/postgres".formatted(standby.port(), primary.port()));
            try (ServerProcess server = ServerProcess.start(folder.resolve("server"), variables)) {
                Organization organization = Organization.seed(server, provider.origin());
                ModelCaller caller = new ModelCaller(server.address(), server.token(), organization);
                Thread.sleep(Duration.ofSeconds(1));

                AtomicBoolean isOver = new AtomicBoolean();
                AtomicInteger calls = new AtomicInteger();
                AtomicInteger failed = new AtomicInteger();
                AtomicLong slowest = new AtomicLong();
                List<Thread> callers = Stream.generate(() -> Thread.ofVirtual().start(() -> {
                            while (!isOver.get()) {
                                long start = System.nanoTime();
                                if (call(caller) != 200) {
                                    failed.incrementAndGet();
                                }
                                calls.incrementAndGet();
                                slowest.accumulateAndGet((System.nanoTime() - start) / 1_000_000, Math::max);
                            }
                        }))
                        .limit(4)
                        .toList();
                AtomicBoolean writing = new AtomicBoolean(true);
                // Like a running terraform apply: each write invalidates the route.
                Thread writer = Thread.ofVirtual().start(() -> {
                    for (int i = 0; writing.get(); i++) {
                        write(server, organization, i);
                    }
                });
                Thread.sleep(Duration.ofSeconds(2));

                ProcessHandle postmaster = primary.postgres().postmaster();
                stopped.add(postmaster);
                stopped.addAll(postmaster.descendants().toList());
                signal("STOP", stopped);
                long start = System.nanoTime();
                Thread.sleep(Duration.ofSeconds(3));
                assertThat(server.isReady()).isFalse();
                standby.promote();
                writing.set(false);
                writer.join();
                await("ready").atMost(PATIENCE).until(server::isReady);
                await("writes").atMost(PATIENCE).until(() -> write(server, organization, -1) == 200);
                Duration outage = Duration.ofNanos(System.nanoTime() - start);
                Thread.sleep(Duration.ofSeconds(1));
                isOver.set(true);
                for (Thread thread : callers) {
                    thread.join();
                }
                System.out.printf(
                        "Failover of a hung primary: %,d calls, %d failed, the slowest took %,d ms; writes were back"
                                + " after %,d ms.%n",
                        calls.get(), failed.get(), slowest.get(), outage.toMillis());
                assertThat(failed).hasValue(0);
                assertThat(slowest).hasValueLessThan(3_000);
                assertThat(outage).isLessThan(Duration.ofSeconds(20));
            } finally {
                signal("CONT", stopped);
            }
        }
    }

    private Standby standby(ExternalDatabase primary) throws Exception {
        primary.stop();
        Standby standby = Standby.copyOf(folder, primary.postgres(), folder.resolve("standby"));
        primary.restart();
        standby.follow(primary.postgres());
        return standby;
    }

    private static int call(ModelCaller caller) {
        try {
            return caller.call("failover");
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static int write(ServerProcess server, Organization organization, int number) {
        return server.request()
                .body(Map.of("name", "key", "description", "number " + number))
                .put("/api/v1/" + organization.path("secrets/" + organization.secret()))
                .statusCode();
    }

    private static void signal(String signal, List<ProcessHandle> processes) throws IOException, InterruptedException {
        if (!processes.isEmpty()) {
            List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
            processes.forEach(process -> command.add(Long.toString(process.pid())));
            assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
        }
    }
}
