package io.agyn.idempotency;

import static java.util.Objects.requireNonNull;

import io.agyn.keys.credentials.CredentialCipher;
import io.agyn.keys.credentials.EncryptionContext;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** Stores the first responses to requests with an {@code Idempotency-Key}, each for a day. */
@ApplicationScoped
public class IdempotencyKeys {
    private static final String EXPIRED = "created_at < now() - interval '24 hours'";
    private static final String CLAIM = """
        insert into idempotency_key as kept (id, organization_id, user_id, key, request_fingerprint, created_at)
        values (?, '00000000-0000-0000-0000-000000000000', ?, ?, ?, now())
        on conflict (user_id, key) do update set (id, request_fingerprint, created_at) =
            (excluded.id, excluded.request_fingerprint, excluded.created_at)
        where kept.\
        """ + EXPIRED;
    private static final String READ = """
        select id, request_fingerprint, status, etag, location, answer_ciphertext
        from idempotency_key where user_id = ? and key = ?\
        """;
    private static final String STORE =
            "update idempotency_key set status = ?, etag = ?, location = ?, answer_ciphertext = ? where id = ?";

    private final DataSource dataSource;
    private final CredentialCipher cipher;

    IdempotencyKeys(DataSource dataSource, CredentialCipher cipher) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        this.cipher = requireNonNull(cipher, "cipher is null");
    }

    /**
     * Claims a user's key for a request, until the transaction ends.
     *
     * @param claim the id of the stored response
     * @param request the parts of the request that must be equal in a repeat
     * @return the first response; empty for the first request
     * @throws ProblemException {@code idempotency_key_reused} if the key was used for another request
     */
    @Transactional(TxType.MANDATORY)
    Optional<Response> claim(UUID claim, UUID user, String key, String request) throws SQLException {
        // Keyed, since a request may contain a credential. All keys of the user share the context.
        String fingerprint = cipher.fingerprint(request, contextOf(user), null);
        try (Connection connection = dataSource.getConnection()) {
            try (PreparedStatement insert = connection.prepareStatement(CLAIM)) {
                insert.setObject(1, claim);
                insert.setObject(2, user);
                insert.setString(3, key);
                insert.setString(4, fingerprint);
                if (insert.executeUpdate() == 1) {
                    return Optional.empty();
                }
            }
            return Optional.of(read(connection, user, key, request));
        }
    }

    /** Stores the response to a request that has claimed its key. */
    @Transactional(TxType.MANDATORY)
    void store(UUID claim, Response response) throws SQLException {
        String body = new String((byte[]) response.getEntity(), StandardCharsets.UTF_8);
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update = connection.prepareStatement(STORE)) {
            update.setInt(1, response.getStatus());
            update.setString(2, response.getHeaderString(HttpHeaders.ETAG));
            update.setString(3, response.getHeaderString(HttpHeaders.LOCATION));
            update.setBytes(4, cipher.encrypt(body, contextOf(claim)));
            update.setObject(5, claim);
            update.executeUpdate();
        }
    }

    @Scheduled(
            identity = "idempotency-key-removal",
            every = "1h",
            delayed = "2m",
            concurrentExecution = ConcurrentExecution.SKIP)
    void run() throws SQLException {
        dropExpired();
    }

    /** Deletes responses older than a day, and returns their number. */
    int dropExpired() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement delete =
                        connection.prepareStatement("delete from idempotency_key where " + EXPIRED)) {
            return delete.executeUpdate();
        }
    }

    private Response read(Connection connection, UUID user, String key, String request) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(READ)) {
            query.setObject(1, user);
            query.setString(2, key);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    // It expired between the two statements.
                    throw new ProblemException(
                                    ProblemKind.UNAVAILABLE,
                                    "The Idempotency-Key just expired; send the request again.")
                            .withHeader(HttpHeaders.RETRY_AFTER, "0");
                }
                String stored = row.getString("request_fingerprint");
                if (!cipher.fingerprint(request, contextOf(user), stored).equals(stored)) {
                    throw new ProblemException(
                            ProblemKind.IDEMPOTENCY_KEY_REUSED,
                            "The Idempotency-Key was used by another request in the last 24 hours; use a new key for each"
                                    + " request.");
                }
                UUID id = row.getObject("id", UUID.class);
                return Response.status(row.getInt("status"))
                        .type(MediaType.APPLICATION_JSON_TYPE)
                        .header(HttpHeaders.ETAG, row.getString("etag"))
                        .header(HttpHeaders.LOCATION, row.getString("location"))
                        .entity(cipher.decrypt(row.getBytes("answer_ciphertext"), contextOf(id))
                                .getBytes(StandardCharsets.UTF_8))
                        .build();
            }
        }
    }

    private static EncryptionContext contextOf(UUID id) {
        return IdempotencyCredentials.RESPONSE.context(new UUID(0, 0), id);
    }
}
