package io.agyn.console.session;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Authenticator;
import io.agyn.access.Credential;
import io.agyn.access.Identity;
import io.agyn.audit.SignIns;
import io.agyn.oidc.LogoutTokens;
import io.agyn.oidc.UserIdentities;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The Console's sessions, in the database for all replicas. A session ends after 30 minutes without a request, after 12 hours,
 * or as soon as its API token stops working or its user is suspended.
 */
@ApplicationScoped
public class Sessions {
    private static final String LIVE =
            "created_at > now() - interval '12 hours' and last_used_at > now() - interval '30 minutes'";
    // The lock waits for a concurrent revocation of the token.
    private static final String BEGIN = """
            insert into console_session (id, token_id, created_at, last_used_at)
            select ?, id, now(), now() from api_token where id = ? for key share""";
    // The lock waits for a concurrent suspension.
    private static final String BEGIN_OF_USER = """
            insert into console_session (id, user_id, oidc_sid, authenticated_at, created_at, last_used_at)
            select ?, id, ?, ?, now(), now() from app_user where id = ? and state = 'active' for key share""";
    private static final String FIND = "select token_id, user_id from console_session where id = ? and " + LIVE;
    private static final String AUTHENTICATED_AT =
            "select authenticated_at from console_session where id = ? and " + LIVE;
    private static final String CONFIRM = "update console_session set authenticated_at = now() where id = ?";
    // Once a minute at most, so that most requests only read.
    private static final String TOUCH = """
            update console_session set last_used_at = now()
            where id = ? and last_used_at < now() - interval '1 minute'""";
    private static final String END = "delete from console_session where id = ?";
    private static final String END_OF_USER = """
            delete from console_session using app_user
            where app_user.id = console_session.user_id and app_user.oidc_issuer = ?
                and (?::text is null or app_user.oidc_subject = ?) and (?::text is null or oidc_sid = ?)""";
    private static final String REMOVE_EXPIRED = "delete from console_session where not (" + LIVE + ")";

    private final DataSource dataSource;
    private final Authenticator authenticator;
    private final UserIdentities users;
    private final SignIns signIns;

    Sessions(DataSource dataSource, Authenticator authenticator, UserIdentities users, SignIns signIns) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        this.authenticator = requireNonNull(authenticator, "authenticator is null");
        this.users = requireNonNull(users, "users is null");
        this.signIns = requireNonNull(signIns, "signIns is null");
    }

    /** Creates a session of an API token, and returns its id. */
    @Transactional
    public SessionId begin(Identity identity) throws SQLException {
        SessionId id = SessionId.create();
        if (execute(BEGIN, id.hash(), identity.credential().id()) == 0) {
            throw new ProblemException(
                    ProblemKind.UNAUTHENTICATED, "This API token was just revoked. Sign in with another one.");
        }
        signIns.add("signIn", identity.credential().id());
        return id;
    }

    /**
     * Creates a session after a sign-in with the identity provider, and returns its id.
     *
     * @param sid the session at the identity provider, if known
     * @param authenticatedAt when the user authenticated there; if unknown, long ago
     */
    @Transactional
    public SessionId begin(Identity identity, Optional<String> sid, Optional<Instant> authenticatedAt)
            throws SQLException {
        SessionId id = SessionId.create();
        Timestamp at = Timestamp.from(authenticatedAt.orElse(Instant.EPOCH));
        if (execute(BEGIN_OF_USER, id.hash(), sid.orElse(null), at, identity.userId()) == 0) {
            throw new ProblemException(ProblemKind.UNAUTHENTICATED, "Your user was just suspended or deleted.");
        }
        signIns.add("signIn", identity.userId());
        return id;
    }

    /**
     * Ends sessions that began at the identity provider.
     *
     * @return the number of sessions
     */
    @Transactional
    public int end(LogoutTokens.Logout logout) throws SQLException {
        String subject = logout.subject().orElse(null);
        String sid = logout.sid().orElse(null);
        return execute(END_OF_USER, logout.issuer(), subject, subject, sid, sid);
    }

    /** Returns whose session it is and extends it; empty if the session has ended. */
    @Transactional
    public Optional<Identity> find(SessionId id) throws SQLException {
        if (id.isAnonymous()) {
            return Optional.empty();
        }
        Optional<Holder> holder = holderOf(id);
        if (holder.isEmpty()) {
            return Optional.empty();
        }
        execute(TOUCH, (Object) id.hash());
        UUID token = holder.get().tokenId();
        return token == null
                ? users.find(
                        requireNonNull(holder.get().userId(), "a session has a token or a user"), Credential::signIn)
                : authenticator.identity(token);
    }

    private record Holder(@Nullable UUID tokenId, @Nullable UUID userId) {}

    private Optional<Holder> holderOf(SessionId id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(FIND)) {
            query.setBytes(1, id.hash());
            try (ResultSet row = query.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                new Holder(row.getObject("token_id", UUID.class), row.getObject("user_id", UUID.class)))
                        : Optional.empty();
            }
        }
    }

    /** Returns when the user of a session last entered an API token or signed in; empty if the session has ended. */
    @Transactional
    public Optional<Instant> authenticatedAt(SessionId id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(AUTHENTICATED_AT)) {
            query.setBytes(1, id.hash());
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(row.getTimestamp(1).toInstant()) : Optional.empty();
            }
        }
    }

    /** Notes that the user of a session has entered an API token again. */
    @Transactional
    public void confirm(SessionId id, Identity identity) throws SQLException {
        execute(CONFIRM, (Object) id.hash());
        signIns.add("confirmSignIn", identity.credential().id());
    }

    /** Signs the user out. */
    @Transactional
    public void end(SessionId id, Identity identity) throws SQLException {
        if (execute(END, (Object) id.hash()) > 0) {
            signIns.add("signOut", identity.credential().id());
        }
    }

    /** Removes a session that a new sign-in replaces. */
    @Transactional
    public void remove(SessionId id) throws SQLException {
        execute(END, (Object) id.hash());
    }

    @Scheduled(
            identity = "console-session-removal",
            every = "1h",
            delayed = "2m",
            concurrentExecution = ConcurrentExecution.SKIP)
    void run() throws SQLException {
        removeExpired();
    }

    int removeExpired() throws SQLException {
        return execute(REMOVE_EXPIRED);
    }

    private int execute(String statement, @Nullable Object... parameters) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update = connection.prepareStatement(statement)) {
            for (int i = 0; i < parameters.length; i++) {
                update.setObject(i + 1, parameters[i]);
            }
            return update.executeUpdate();
        }
    }
}
