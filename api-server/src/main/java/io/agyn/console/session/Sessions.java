package io.agyn.console.session;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Authenticator;
import io.agyn.access.Identity;
import io.agyn.audit.SignIns;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.upkeep.Chore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Who is signed in. A session ends after half an hour without use, after twelve hours, or as soon as the API token that it
 * stands on works no more.
 */
@ApplicationScoped
class Sessions implements Chore {
    private static final String LIVE =
            "created_at > now() - interval '12 hours' and last_used_at > now() - interval '30 minutes'";
    // Locked, so that a token that is being revoked is waited for.
    private static final String BEGIN = """
            insert into console_session (id, token_id, created_at, last_used_at)
            select ?, id, now(), now() from api_token where id = ? for key share""";
    private static final String FIND = """
            select token_id, last_used_at < now() - interval '1 minute' as stale
            from console_session where id = ? and\s""" + LIVE;
    private static final String TOUCH = "update console_session set last_used_at = now() where id = ?";
    private static final String END = "delete from console_session where id = ?";

    private final DataSource dataSource;
    private final Authenticator authenticator;
    private final SignIns signIns;

    Sessions(DataSource dataSource, Authenticator authenticator, SignIns signIns) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        this.authenticator = requireNonNull(authenticator, "authenticator is null");
        this.signIns = requireNonNull(signIns, "signIns is null");
    }

    /** Signs the caller in, whoever has said who they are; answers what their browser is to keep. */
    @Transactional
    public String begin(Identity identity) throws SQLException {
        String secret = Session.random();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert = connection.prepareStatement(BEGIN)) {
            insert.setBytes(1, Session.hash(secret));
            insert.setObject(2, identity.tokenId());
            if (insert.executeUpdate() == 0) {
                throw new ProblemException(
                        ProblemKind.UNAUTHENTICATED, "The API token has just been revoked; sign in with another one.");
            }
        }
        signIns.add("signIn", identity.tokenId());
        return secret;
    }

    /** Whose a session is; nothing where there is none, or it has ended. */
    @Transactional
    public Optional<Identity> identity(String secret) throws SQLException {
        byte[] id = Session.hash(secret);
        UUID tokenId;
        boolean stale;
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(FIND)) {
            query.setBytes(1, id);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                tokenId = row.getObject("token_id", UUID.class);
                stale = row.getBoolean("stale");
            }
        }
        if (stale) {
            change(TOUCH, id);
        }
        return authenticator.identity(tokenId);
    }

    /** Signs the caller out. */
    @Transactional
    public void end(String secret, Identity identity) throws SQLException {
        if (change(END, Session.hash(secret)) > 0) {
            signIns.add("signOut", identity.tokenId());
        }
    }

    /** Forgets a session that another one takes the place of. */
    @Transactional
    public void forget(String secret) throws SQLException {
        change(END, Session.hash(secret));
    }

    @Override
    public void run() throws SQLException {
        dropExpired();
    }

    /** Drops sessions that have expired; answers how many. */
    int dropExpired() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement delete =
                        connection.prepareStatement("delete from console_session where not (" + LIVE + ")")) {
            return delete.executeUpdate();
        }
    }

    private int change(String statement, byte[] id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update = connection.prepareStatement(statement)) {
            update.setBytes(1, id);
            return update.executeUpdate();
        }
    }
}
