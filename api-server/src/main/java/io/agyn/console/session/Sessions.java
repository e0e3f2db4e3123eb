package io.agyn.console.session;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Authenticator;
import io.agyn.access.Identity;
import io.agyn.audit.SignIns;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.upkeep.HourlyJob;
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
 * stands on works no more. Its id is another one every quarter of an hour. The one before holds until the browser has shown
 * the new one, and for a minute more: an answer that never arrives, or requests at once, sign nobody out.
 */
@ApplicationScoped
class Sessions implements HourlyJob {
    private static final String LIVE =
            "created_at > now() - interval '12 hours' and last_used_at > now() - interval '30 minutes'";
    // Locked, so that a token that is being revoked is waited for.
    private static final String BEGIN = """
            insert into console_session
                (id, token_id, salt, turn, turn_before, turned_at, created_at, last_used_at)
            select ?, id, ?, 0, 0, now(), now(), now() from api_token where id = ? for key share""";
    private static final String FIND = """
            select token_id, salt, turn,
                case when turned_at > now() - interval '1 minute' then turn_before else turn end as least,
                floor(extract(epoch from now() - created_at) / extract(epoch from interval '15 minutes'))::integer as due,
                last_used_at < now() - interval '1 minute' as stale
            from console_session where id = ? and\s""" + LIVE;
    private static final String TURN = """
            update console_session set turn_before = turn, turn = ?, turned_at = now(), last_used_at = now()
            where id = ? and turn < ?""";
    private static final String TOUCH = "update console_session set last_used_at = now() where id = ?";
    private static final String END = "delete from console_session where id = ?";

    /**
     * A session that goes on.
     *
     * @param identity whose it is
     * @param id what the browser is to keep from now on
     */
    record Found(Identity identity, SessionId id) {}

    private record Row(UUID tokenId, String salt, int turn, int least, int due, boolean isStale) {
        boolean takes(SessionId id) {
            return id.isGivenBy(salt) && id.turn() >= least;
        }
    }

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
    public SessionId begin(Identity identity) throws SQLException {
        String salt = SessionId.random();
        SessionId id = SessionId.fresh().at(0, salt);
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert = connection.prepareStatement(BEGIN)) {
            insert.setBytes(1, id.key());
            insert.setString(2, salt);
            insert.setObject(3, identity.tokenId());
            if (insert.executeUpdate() == 0) {
                throw new ProblemException(
                        ProblemKind.UNAUTHENTICATED, "This API token was just revoked. Sign in with another one.");
            }
        }
        signIns.add("signIn", identity.tokenId());
        return id;
    }

    /** The session of an id; nothing where there is none, it has ended, or another id has taken the place of this one. */
    @Transactional
    public Optional<Found> find(SessionId id) throws SQLException {
        if (!id.isSignedIn()) {
            return Optional.empty();
        }
        Optional<Row> row = row(id).filter(found -> found.takes(id));
        if (row.isEmpty()) {
            return Optional.empty();
        }
        if (id.turn() > row.get().turn()) {
            change(TURN, id.turn(), id.key(), id.turn());
        } else if (row.get().isStale()) {
            change(TOUCH, (Object) id.key());
        }
        SessionId due = id.at(row.get().due(), row.get().salt());
        return authenticator.identity(row.get().tokenId()).map(identity -> new Found(identity, due));
    }

    private Optional<Row> row(SessionId id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(FIND)) {
            query.setBytes(1, id.key());
            try (ResultSet row = query.executeQuery()) {
                return row.next()
                        ? Optional.of(new Row(
                                row.getObject("token_id", UUID.class),
                                row.getString("salt"),
                                row.getInt("turn"),
                                row.getInt("least"),
                                row.getInt("due"),
                                row.getBoolean("stale")))
                        : Optional.empty();
            }
        }
    }

    /** Signs the caller out. */
    @Transactional
    public void end(SessionId id, Identity identity) throws SQLException {
        if (change(END, (Object) id.key()) > 0) {
            signIns.add("signOut", identity.tokenId());
        }
    }

    /** Forgets a session that another one takes the place of. */
    @Transactional
    public void forget(SessionId id) throws SQLException {
        change(END, (Object) id.key());
    }

    @Override
    public String name() {
        return "removal of ended Console sessions";
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

    private int change(String statement, Object... parameters) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update = connection.prepareStatement(statement)) {
            for (int i = 0; i < parameters.length; i++) {
                update.setObject(i + 1, parameters[i]);
            }
            return update.executeUpdate();
        }
    }
}
