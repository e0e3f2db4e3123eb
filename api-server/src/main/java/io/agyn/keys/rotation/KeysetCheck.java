package io.agyn.keys.rotation;

import static java.util.Objects.requireNonNull;

import io.agyn.keys.KeyId;
import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import io.agyn.keys.LiveKeyset;
import io.agyn.operator.OperatorException;
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
 * Prevents a start with a wrong keyset: the database has a known text that is encrypted with the primary encryption
 * key, and the ids of the other primary keys once they were promoted.
 */
@Singleton
public class KeysetCheck {
    private static final byte[] TEXT = "The keyset is the right one.".getBytes(StandardCharsets.UTF_8);
    private static final byte[] CONTEXT = "keyset_check".getBytes(StandardCharsets.UTF_8);

    // As JSON, since the last two columns are missing before the migrations of this release.
    private static final String READ = """
        select ciphertext, (to_jsonb(k) ->> 'fingerprint_key_id')::bigint, (to_jsonb(k) ->> 'audit_key_id')::bigint
        from keyset_check k\
        """;
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
     * Checks a keyset before the start changes anything in the database, including its tables.
     *
     * @param connection a connection to the database, which may be empty
     * @throws OperatorException if the keyset is wrong
     */
    public static void require(Connection connection, Keyset keyset) throws SQLException {
        Optional<Stored> stored = read(connection);
        if (stored.isPresent()) {
            require(stored.get(), keyset);
        }
    }

    /** Whether a keyset decrypts the text; also true if the database has none yet. */
    static boolean isReadable(Connection connection, Keyset keyset) throws SQLException {
        return read(connection).map(stored -> isReadable(stored, keyset)).orElse(true);
    }

    /**
     * Records a new primary key, so that a server without that key does not start.
     *
     * @param keyset a keyset that decrypts the text and has the key as primary
     * @throws OperatorException if it does not decrypt the text
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

    /** Re-encrypts the text with the primary key if necessary. */
    static void rewrap(Connection connection, Keyset keyset) throws SQLException {
        Optional<byte[]> stored = read(connection).map(Stored::ciphertext);
        if (stored.isEmpty()
                || KeyId.of(stored.get()).filter(keyset.primary()::equals).isPresent()) {
            return;
        }
        try (PreparedStatement write = connection.prepareStatement(WRITE)) {
            write.setBytes(1, keyset.rewrap(stored.get(), CONTEXT));
            write.setBytes(2, stored.get());
            write.executeUpdate();
        } catch (GeneralSecurityException e) {
            throw wrongKeyset();
        }
    }

    /** Runs before anything except the tables is written to the database. */
    void check(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event)
            throws GeneralSecurityException, SQLException {
        try (Connection connection = dataSource.getConnection()) {
            try (PreparedStatement insert = connection.prepareStatement(CREATE)) {
                insert.setBytes(1, keys.current().aead().encrypt(TEXT, CONTEXT));
                insert.executeUpdate();
            }
            Stored stored = read(connection).orElseThrow();
            require(stored, keys.currentFor(stored.ciphertext()));
            KeyId.of(stored.ciphertext()).ifPresent(keys::promote);
            stored.promoted().values().forEach(this::promoteLater);
        }
    }

    /** Only to newer keys: write access to the database must not be enough to bring back a leaked key. */
    private void promoteLater(KeyId key) {
        Keyset current = keys.current();
        current.purposeOf(key)
                .filter(purpose ->
                        current.later(purpose, key, current.primary(purpose)).equals(key))
                .ifPresent(purpose -> keys.promote(key));
    }

    /**
     * The stored row.
     *
     * @param ciphertext the known text, encrypted
     * @param promoted the primary fingerprint and audit keys that were promoted
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
                        + ", which the database uses: restore the newest keyset file.");
            }
        });
    }

    private static boolean isReadable(Stored stored, Keyset keyset) {
        try {
            return Arrays.equals(keyset.aead().decrypt(stored.ciphertext(), CONTEXT), TEXT);
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
