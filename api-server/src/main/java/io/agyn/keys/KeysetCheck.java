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
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Refuses to start with a keyset other than the one that the database's credentials are encrypted with: one row of the
 * database is a known text under the primary key.
 */
@Singleton
public class KeysetCheck {
    private static final byte[] TEXT = "The keyset is the right one.".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PLACE = "keyset_check".getBytes(StandardCharsets.UTF_8);

    private static final String READ = "select ciphertext from keyset_check";
    private static final String WRITE = "update keyset_check set ciphertext = ? where ciphertext = ?";

    private final EntityManager entities;
    private final LiveKeyset keys;

    KeysetCheck(EntityManager entities, LiveKeyset keys) {
        this.entities = requireNonNull(entities, "entities is null");
        this.keys = requireNonNull(keys, "keys is null");
    }

    /**
     * Checks a keyset ahead of everything that a start changes in the database, its tables included.
     *
     * @param connection a connection to the database, which may be empty
     * @param keyset the keyset
     * @throws StartException when it is another one than the database's
     * @throws SQLException when the database does not answer
     */
    public static void require(Connection connection, Keyset keyset) throws SQLException {
        if (!isReadable(connection, keyset)) {
            throw wrongKeyset();
        }
    }

    /** Whether a keyset decrypts the text; also where the database holds none yet. */
    static boolean isReadable(Connection connection, Keyset keyset) throws SQLException {
        Optional<byte[]> stored = read(connection);
        return stored.isEmpty() || isReadable(stored.get(), keyset);
    }

    /**
     * Encrypts the text with the primary key, so that a server without that key does not start.
     *
     * @param connection a connection to the database
     * @param keyset a keyset that decrypts the text
     * @throws StartException when it does not
     * @throws SQLException when the database does not answer
     */
    public static void rewrap(Connection connection, Keyset keyset) throws SQLException {
        Optional<byte[]> stored = read(connection);
        if (stored.isEmpty()
                || KeyId.of(stored.get()).filter(keyset.primary()::equals).isPresent()) {
            return;
        }
        try (PreparedStatement write = connection.prepareStatement(WRITE)) {
            write.setBytes(1, keyset.rewrap(stored.get(), PLACE));
            write.setBytes(2, stored.get());
            write.executeUpdate();
        } catch (GeneralSecurityException e) {
            throw wrongKeyset();
        }
    }

    /** Runs before anything but the tables is written to the database. */
    @Transactional
    void check(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event)
            throws GeneralSecurityException {
        entities.createNativeQuery("insert into keyset_check (ciphertext) values (?1) on conflict do nothing")
                .setParameter(1, keys.current().aead().encrypt(TEXT, PLACE))
                .executeUpdate();
        List<byte[]> stored = entities.createNativeQuery(READ, byte[].class).getResultList();
        if (!isReadable(stored.getFirst(), keys.holding(stored.getFirst()))) {
            throw wrongKeyset();
        }
        KeyId.of(stored.getFirst()).ifPresent(keys::encryptWith);
    }

    private static boolean isReadable(byte[] stored, Keyset keyset) {
        try {
            return Arrays.equals(keyset.aead().decrypt(stored, PLACE), TEXT);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Optional<byte[]> read(Connection connection) throws SQLException {
        try (Statement query = connection.createStatement()) {
            try (ResultSet table = query.executeQuery("select to_regclass('keyset_check') is not null")) {
                table.next();
                if (!table.getBoolean(1)) {
                    return Optional.empty();
                }
            }
            try (ResultSet row = query.executeQuery(READ)) {
                return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
            }
        }
    }

    private static StartException wrongKeyset() {
        return new StartException("The keyset is not the one that this database's credentials are encrypted with:"
                + " set AGYN_KEYSET_FILE to the right one.");
    }
}
