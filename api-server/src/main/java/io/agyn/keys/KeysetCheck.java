package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.StartException;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;

/** Refuses to start with a keyset other than the one that the database's credentials are encrypted with. */
@Singleton
public class KeysetCheck {
    private static final byte[] TEXT = "The keyset is the right one.".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PLACE = "keyset_check".getBytes(StandardCharsets.UTF_8);

    private final EntityManager entities;
    private final Keyset keyset;

    KeysetCheck(EntityManager entities, Keyset keyset) {
        this.entities = requireNonNull(entities, "entities is null");
        this.keyset = requireNonNull(keyset, "keyset is null");
    }

    /** Runs before anything else is written to the database. */
    @Transactional
    void check(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event)
            throws GeneralSecurityException {
        entities.createNativeQuery("insert into keyset_check (ciphertext) values (?1) on conflict do nothing")
                .setParameter(1, keyset.aead().encrypt(TEXT, PLACE))
                .executeUpdate();
        List<byte[]> stored = entities.createNativeQuery("select ciphertext from keyset_check", byte[].class)
                .getResultList();
        try {
            keyset.aead().decrypt(stored.getFirst(), PLACE);
        } catch (GeneralSecurityException e) {
            throw new StartException("The keyset is not the one that this database's credentials are encrypted with:"
                    + " set AGYN_KEYSET_FILE to the right one.");
        }
    }
}
