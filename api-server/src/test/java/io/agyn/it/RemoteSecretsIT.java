package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.it.RemoteKeys.Key;
import io.agyn.keys.Keyset;
import io.agyn.testing.Bao;
import io.agyn.testing.SentCredentials;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where credentials of secret providers are stored and shown, also after a rewrap, a restart and a restore. */
class RemoteSecretsIT {
    private static final Duration AN_HOUR = Duration.ofHours(1);

    @TempDir
    private static Path folder;

    private static Bao bao;
    private static Cluster cluster;

    private RemoteKeys keys;

    @BeforeAll
    static void start() throws Exception {
        bao = Bao.start(folder.resolve("bao"));
        cluster = Cluster.in(folder).start();
    }

    // Closing fails if a log, the metrics or a file of the database shows a credential.
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
        keys = new RemoteKeys(cluster, bao);
    }

    @Test
    void rewrapKeepsCredentialsOfSecretProvidersReadable() throws Exception {
        Map<String, String> byToken = RemoteKeys.byToken(bao);
        Map<String, String> byAppRole = RemoteKeys.byAppRole(bao, AN_HOUR);
        String first = keys.secretProvider(byToken);
        String second = keys.secretProvider(byAppRole);
        List<Key> both = List.of(keys.create(first), keys.create(second));
        for (Key key : both) {
            keys.assertSends(cluster.server(), key, key.write());
        }
        ServerCommands commands = cluster.commands();
        Path keyset = cluster.dataDir(0).resolve("keyset.json");

        String old = Keyset.load(keyset).primary().toString();
        String fresh = commands.succeed("keyset", "add").replaceFirst("(?s)Added key (\\d+) to .*", "$1");
        commands.succeed("keyset", "promote", fresh);
        assertThat(commands.rejected("keyset", "retire", old))
                .contains("secret provider tokens: ", "AppRole secret ids: ");
        commands.succeed("keyset", "rewrap");
        commands.succeed("keyset", "retire", old);
        assertThat(commands.succeed("keyset", "check")).contains("can read everything");
        for (Key key : both) {
            assertThat(keys.caller(cluster.server(), key).call("after-the-rewrap"))
                    .isEqualTo(200);
        }

        cluster.restart(0);
        reveal(first).body("token", equalTo(byToken.get("token")));
        reveal(second).body("secret_id", equalTo(byAppRole.get("secret_id")));
        for (Key key : both) {
            keys.assertSends(cluster.server(), key, key.write());
        }
    }

    @Test
    void restoredBackupReadsTheCurrentValue() throws Exception {
        Key key = keys.create(keys.secretProvider(RemoteKeys.byAppRole(bao, AN_HOUR)));
        keys.assertSends(cluster.server(), key, key.write());
        Path backup = folder.resolve("backup");
        Path keyset = folder.resolve("keyset-backup.json");
        cluster.commands().succeed("backup", backup.toString());
        cluster.commands().succeed("keyset", "backup", keyset.toString());
        cluster.server()
                .update(
                        cluster.organization().path("secrets/" + key.secret()),
                        Map.of("name", key.name(), "value", "sk-after-the-backup"));
        String current = key.write();

        assertThat(SentCredentials.under(backup, file -> true)).isEmpty();
        Files.copy(keyset, backup.resolve("keyset.json"));
        try (ServerProcess restored = ServerProcess.start(backup)) {
            keys.assertSends(restored, key, current);
        }
    }

    @Test
    void noResponseShowsACredentialOrAValue() throws Exception {
        String secretProvider = keys.secretProvider(RemoteKeys.byToken(bao));
        Key key = keys.create(secretProvider);
        keys.assertSends(cluster.server(), key, key.write());
        Key missing = keys.create(secretProvider);
        assertThat(keys.unavailable(cluster.server(), missing)).contains("has no secret at kv/data/" + missing.name());
        String wrong = keys.secretProvider(Map.of("address", bao.address(), "token", "s.rejected-token"));
        Key denied = keys.create(wrong);
        assertThat(keys.unavailable(cluster.server(), denied)).contains("rejects its token (403)");

        for (Key each : List.of(key, missing, denied)) {
            assertShowsNone(post("secrets/" + each.secret() + "/check"), 200);
        }
        for (String each : List.of(secretProvider, wrong)) {
            assertShowsNone(post("secret-providers/" + each + "/check"), 200);
        }
        for (Key each : List.of(missing, denied)) {
            assertShowsNone(post("secrets/" + each.secret() + "/reveal"), 502);
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        for (String list : List.of(
                "secrets",
                "secret-providers",
                "llm-providers",
                "models",
                "audit-events",
                "usage/records?from=%s&to=%s".formatted(now.minus(AN_HOUR), now))) {
            assertShowsNone(
                    cluster.server()
                            .request()
                            .get("/api/v1/" + cluster.organization().path(list)),
                    200);
        }
    }

    @Test
    void loginIsRevokedWhenTheServerStops() throws Exception {
        cluster.restart(0);
        int before = tokens();
        Key key = keys.create(keys.secretProvider(RemoteKeys.byAppRole(bao, AN_HOUR)));
        keys.assertSends(cluster.server(), key, key.write());
        assertThat(tokens()).isEqualTo(before + 1);
        cluster.restart(0);
        assertThat(tokens()).isEqualTo(before);
    }

    /** How many tokens are valid in OpenBao. */
    private static int tokens() throws Exception {
        return bao.call("GET", "auth/token/accessors?list=true", null)
                .path("data")
                .path("keys")
                .size();
    }

    private static ValidatableResponse reveal(String secretProvider) {
        return post("secret-providers/" + secretProvider + "/reveal-credentials")
                .then()
                .statusCode(200);
    }

    private static Response post(String path) {
        return cluster.server()
                .request()
                .post("/api/v1/" + cluster.organization().path(path));
    }

    private static void assertShowsNone(Response response, int status) {
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(status);
        assertThat(SentCredentials.in(response.asString())).isEmpty();
    }
}
