package io.agyn.secrets;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.agyn.logging.Exceptions;
import io.agyn.secrets.remote.RemoteReadListener;
import io.agyn.secrets.remote.RemoteReference;
import io.agyn.secrets.remote.RemoteValue;
import io.agyn.vault.VaultException;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Stores when each remote secret was last read, or why it was not: at once when that changes, otherwise once a minute.
 */
@Singleton
public class RemoteSecretStatuses implements RemoteReadListener {
    private static final Logger LOG = Logger.getLogger(RemoteSecretStatuses.class);
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final int CAPACITY = 100_000;
    private static final int MAX_ERROR_LENGTH = 2_048;

    // Servers write the same row, so an older read does not replace a newer one. A read of an earlier reference has
    // another fingerprint.
    private static final String WRITE_READ = """
        insert into remote_secret_status as status (secret_id, fingerprint, read_version, read_at)
        select id, fingerprint, ?, ? from secret where id = ? and fingerprint = ?
        on conflict (secret_id) do update set fingerprint = excluded.fingerprint,
            read_version = excluded.read_version, read_at = excluded.read_at, error = null, error_at = null
        where greatest(status.read_at, status.error_at) <= excluded.read_at\
        """;
    private static final String WRITE_ERROR = """
        insert into remote_secret_status as status (secret_id, fingerprint, error, error_at)
        select id, fingerprint, ?, ? from secret where id = ? and fingerprint = ?
        on conflict (secret_id) do update set fingerprint = excluded.fingerprint,
            read_version = case when status.fingerprint = excluded.fingerprint then status.read_version end,
            read_at = case when status.fingerprint = excluded.fingerprint then status.read_at end,
            error = excluded.error, error_at = excluded.error_at
        where greatest(status.read_at, status.error_at) <= excluded.error_at\
        """;

    private final DataSource dataSource;
    private final Cache<UUID, Status> written = Caffeine.newBuilder()
            .maximumSize(CAPACITY)
            .expireAfterWrite(INTERVAL)
            .build();

    /**
     * The result of a read.
     *
     * @param fingerprint the fingerprint of the reference
     * @param version the version in KV v2, or null
     * @param error the failure in words, or null
     */
    private record Status(
            String fingerprint,
            @Nullable Long version,
            @Nullable String error) {}

    RemoteSecretStatuses(DataSource dataSource) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
    }

    @Override
    public void onRead(RemoteReference reference, RemoteValue value) {
        onRead(reference, value.version(), value.readAt());
    }

    /** Records that a value was read. */
    void onRead(RemoteReference reference, @Nullable Long version, Instant readAt) {
        write(reference, new Status(fingerprint(reference), version, null), readAt);
    }

    @Override
    public void onFailure(RemoteReference reference, VaultException failure) {
        String error = reference.explain(failure);
        String bounded = error.substring(0, Math.min(error.length(), MAX_ERROR_LENGTH));
        write(reference, new Status(fingerprint(reference), null, bounded), Instant.now());
    }

    private void write(RemoteReference reference, Status status, Instant time) {
        UUID secret = reference.secretId();
        if (status.equals(written.getIfPresent(secret))) {
            return;
        }
        boolean isError = status.error() != null;
        try (Connection connection = dataSource.getConnection();
                PreparedStatement write = connection.prepareStatement(isError ? WRITE_ERROR : WRITE_READ)) {
            if (isError) {
                write.setString(1, status.error());
            } else {
                write.setObject(1, status.version(), Types.BIGINT);
            }
            write.setObject(2, time.atOffset(ZoneOffset.UTC));
            write.setObject(3, secret);
            write.setString(4, status.fingerprint());
            if (write.executeUpdate() > 0) {
                written.put(secret, status);
            }
        } catch (SQLException e) {
            LOG.debugf(Exceptions.withoutMessages(e), "The status of secret %s was not stored", secret);
        }
    }

    private static String fingerprint(RemoteReference reference) {
        return ReferenceFingerprint.of(reference.providerId(), reference.path(), reference.key());
    }
}
