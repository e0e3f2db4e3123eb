package io.agyn.database;

import io.agyn.keys.Keyset;
import io.agyn.postgres.EmbeddedPostgres;
import io.agyn.postgres.Folders;
import io.agyn.testing.SentCredentials;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A PostgreSQL, a keyset and an empty data folder for a {@code @QuarkusTest}, as {@code Main} gives them to a server. */
public final class PostgresTestResource implements QuarkusTestResourceLifecycleManager {

    private Path folder;
    private EmbeddedPostgres postgres;

    @Override
    public Map<String, String> start() {
        try {
            folder = Files.createTempDirectory("agyn-test");
            Path keyset = folder.resolve("keyset.json");
            Keyset.create(keyset);
            postgres = EmbeddedPostgres.on(folder);
            postgres.start();
            return Map.of(
                    "agyn.proxy.warm-up", "0s",
                    // A free port, for two runs on one machine.
                    "quarkus.http.test-port", "0",
                    "agyn.data-dir", folder.toString(),
                    "agyn.keyset-file", keyset.toString(),
                    "agyn.database.url", postgres.jdbcUrl(),
                    "agyn.database.username", postgres.username(),
                    "agyn.database.password", postgres.password(),
                    "quarkus.datasource.jdbc.url", postgres.jdbcUrl(),
                    "quarkus.datasource.username", postgres.username(),
                    "quarkus.datasource.password", postgres.password());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        if (postgres != null) {
            postgres.close();
        }
        try {
            if (folder != null) {
                SentCredentials.search(folder.resolve("postgres"));
                Folders.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
