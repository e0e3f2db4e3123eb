package io.agyn.tokens;

import static java.util.Objects.requireNonNull;

import io.agyn.access.TokenRights;
import io.agyn.api.model.Role;
import io.agyn.api.model.UserState;
import io.agyn.operator.PrivateFile;
import io.agyn.settings.Settings;
import io.agyn.users.UserEntity;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Creates the first user, a cluster admin, with a token, in a database without users. */
@Singleton
public class AdminToken {
    private static final String TOKEN_FILE = "admin-token";
    private static final long LOCK_ID = 0x6167796e_61646d69L;

    private final EntityManager entities;
    private final ApiTokens tokens;
    private final Settings settings;

    AdminToken(EntityManager entities, ApiTokens tokens, Settings settings) {
        this.entities = requireNonNull(entities, "entities is null");
        this.tokens = requireNonNull(tokens, "tokens is null");
        this.settings = requireNonNull(settings, "settings is null");
    }

    @Transactional
    void createFirst(@Observes StartupEvent event) {
        entities.createNativeQuery("select pg_advisory_xact_lock(?1)", Object.class)
                .setParameter(1, LOCK_ID)
                .getResultList();
        long users = entities.createQuery("select count(*) from UserEntity", Long.class)
                .getSingleResult();
        if (users == 0) {
            UserEntity administrator =
                    new UserEntity(null, "Administrator", null, Role.CLUSTER_ADMIN, UserState.ACTIVE);
            entities.persist(administrator);
            tokens.store(new ApiTokenEntity(
                    administrator,
                    "First token of the administrator",
                    tokenInFile(),
                    TokenRights.ALL,
                    null,
                    null,
                    null,
                    null));
        }
    }

    /** The file is written before the transaction commits, so that an interrupted start continues with it. */
    private Plaintext tokenInFile() {
        Path file = settings.dataDir().resolve(TOKEN_FILE);
        try {
            String text =
                    PrivateFile.readOrCreate(file, () -> Plaintext.random().reveal() + "\n");
            return Plaintext.parse(text.strip())
                    .orElseThrow(() -> new IllegalStateException(
                            file + " holds no API token; rename it, and the next start creates a new one."));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
