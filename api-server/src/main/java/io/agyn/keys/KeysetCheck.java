package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.OperatorException;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Refuses to start with a keyset other than the database's: one row of the database is a known text under the primary
 * encryption key, and names the other primary keys once they were promoted.
 */
@Singleton
public class KeysetCheck {
    private static final byte[] TEXT = "The keyset is the right one.".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PLACE = "keyset_check".getBytes(StandardCharsets.UTF_8);

    // By JSON, since before the migrations of this release the last two columns are missing.
    private static final String READ = """
            select ciphertext, (to_jsonb(k) ->> 'fingerprint_key_id')::bigint, (to_jsonb(k) ->> 'audit_key_id')::bigint
            from keyset_check k""";
    private static final String PROMOTE = "update keyset_check set %s_key_id = ?";
    private static final String WRITE = "update keyset_check set ciphertext = ? where ciphertext = ?";

    private static final String CREATE = "insert into keyset_check (ciphertext) values (?) on conflict do nothing";

    private final DataSource dataSource;
    private final LiveKeyset keys;

    KeysetCheck(DataSource dataSource, LiveKeyset keys) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        this.keys = requireNonNull(keys, "keys is null");
    }

    /**
     * Checks a keyset ahead of everything that a start changes in the database, its tables included.
     *
     * @param connection a connection to the database, which may be empty
     * @throws OperatorException when it is not the database's
     * @throws SQLException when the database fails
     */
    public static void require(Connection connection, Keyset keyset) throws SQLException {
        Optional<Stored> stored = read(connection);
        if (stored.isPresent()) {
            require(stored.get(), keyset);
        }
    }

    /** Whether a keyset decrypts the text; also where the database holds none yet. */
    static boolean isReadable(Connection connection, Keyset keyset) throws SQLException {
        return read(connection).map(stored -> isReadable(stored, keyset)).orElse(true);
    }

    /**
     * Notes that a key becomes primary, so that a server without that key does not start.
     *
     * @param connection a connection to the database
     * @param keyset a keyset that decrypts the text, and has the key as a primary one
     * @throws OperatorException when it does not decrypt the text
     * @throws SQLException when the database fails
     */
    public static void promote(Connection connection, Keyset keyset, KeyPurpose purpose) throws SQLException {
        if (purpose == KeyPurpose.ENCRYPTION) {
            rewrap(connection, keyset);
            return;
        }
        require(connection, keyset);
        try (PreparedStatement write = connection.prepareStatement(PROMOTE.formatted(purpose))) {
            write.setLong(1, keyset.primary(purpose).number());
            write.executeUpdate();
        }
    }

    /** Encrypts the text with the primary key, unless it is. */
    static void rewrap(Connection connection, Keyset keyset) throws SQLException {
        Optional<byte[]> stored = read(connection).map(Stored::ciphertext);
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
    void check(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event)
            throws GeneralSecurityException, SQLException {
        try (Connection connection = dataSource.getConnection()) {
            try (PreparedStatement insert = connection.prepareStatement(CREATE)) {
                insert.setBytes(1, keys.current().aead().encrypt(TEXT, PLACE));
                insert.executeUpdate();
            }
            Stored stored = read(connection).orElseThrow();
            require(stored, keys.holding(stored.ciphertext()));
            KeyId.of(stored.ciphertext()).ifPresent(keys::promote);
            stored.promoted().values().forEach(this::promoteLater);
        }
    }

    /** Only forward, in the order of adding: what may write the database must not bring back a key that leaked. */
    private void promoteLater(KeyId key) {
        Keyset current = keys.current();
        current.purposeOf(key)
                .filter(purpose ->
                        current.later(purpose, key, current.primary(purpose)).equals(key))
                .ifPresent(purpose -> keys.promote(key));
    }

    /**
     * What the database has.
     *
     * @param ciphertext the known text, encrypted
     * @param promoted the primary keys of fingerprints and of the audit log, each once it was promoted
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Stored(byte[] ciphertext, Map<KeyPurpose, KeyId> promoted) {}

    private static void require(Stored stored, Keyset keyset) {
        if (!isReadable(stored, keyset)) {
            throw wrongKeyset();
        }
        stored.promoted().forEach((purpose, key) -> {
            if (!keyset.keys(purpose).contains(key)) {
                throw new OperatorException("The keyset lacks the " + purpose + " key " + key
                        + ", which the database uses: put the newest keyset file there.");
            }
        });
    }

    private static boolean isReadable(Stored stored, Keyset keyset) {
        try {
            return Arrays.equals(keyset.aead().decrypt(stored.ciphertext(), PLACE), TEXT);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Optional<Stored> read(Connection connection) throws SQLException {
        try (Statement query = connection.createStatement()) {
            try (ResultSet table = query.executeQuery("select to_regclass('keyset_check') is not null")) {
                table.next();
                if (!table.getBoolean(1)) {
                    return Optional.empty();
                }
            }
            try (ResultSet row = query.executeQuery(READ)) {
                if (!row.next()) {
                    return Optional.empty();
                }
                Map<KeyPurpose, KeyId> promoted = new EnumMap<>(KeyPurpose.class);
                KeyId.read(row, 2).ifPresent(key -> promoted.put(KeyPurpose.FINGERPRINT, key));
                KeyId.read(row, 3).ifPresent(key -> promoted.put(KeyPurpose.AUDIT, key));
                return Optional.of(new Stored(row.getBytes(1), promoted));
            }
        }
    }

    private static OperatorException wrongKeyset() {
        return new OperatorException("The keyset is not the one that this database's credentials are encrypted with:"
                + " set AGYN_KEYSET_FILE to the right one.");
    }
}
