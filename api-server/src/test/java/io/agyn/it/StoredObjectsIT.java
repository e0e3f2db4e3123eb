package io.agyn.it;

import static io.agyn.it.Cluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stored responses on two servers behind a load balancer. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class StoredObjectsIT {
    private static final int ROUNDS = 200;

    @TempDir
    private Path folder;

    @Test
    void responseIsRetrievedOnAnyServerAtOnceAndThroughAnOutage() throws Exception {
        try (Cluster cluster = Cluster.in(folder).withAnotherServer().start()) {
            String token = cluster.server().token();
            for (int i = 0; i < ROUNDS; i++) {
                String id = create(cluster, token, i % 2);
                assertThat(retrieve(cluster, token, 1 - i % 2, id))
                        .as("round %d", i)
                        .isEqualTo(200);
            }
            String known = create(cluster, token, 0);
            assertThat(retrieve(cluster, token, 1, known)).isEqualTo(200);

            cluster.database().stop();
            String duringOutage = create(cluster, token, 0);
            assertThat(retrieve(cluster, token, 0, duringOutage)).isEqualTo(200);
            assertThat(retrieve(cluster, token, 1, known)).isEqualTo(200);
            assertThat(retrieve(cluster, token, 1, duringOutage)).isEqualTo(503);
            cluster.database().restart();
            await("written after the outage")
                    .atMost(PATIENCE)
                    .until(() -> retrieve(cluster, token, 1, duringOutage) == 200);

            String last = create(cluster, token, 0);
            Thread.sleep(Duration.ofSeconds(1));
            cluster.server(0).kill();
            assertThat(retrieve(cluster, token, 1, last)).isEqualTo(200);
        }
    }

    private static String create(Cluster cluster, String token, int server) throws Exception {
        HttpResponse<String> response =
                cluster.caller(cluster.server(server), token).response("create");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new JsonObject(response.body()).getString("id");
    }

    private static int retrieve(Cluster cluster, String token, int server, String id) throws Exception {
        return cluster.caller(cluster.server(server), token).retrieve(id);
    }
}
