package io.agyn.oidc;

import static java.util.Objects.requireNonNull;

import io.agyn.hash.Sha256;
import io.agyn.oidc.InvalidJwtException.Reason;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import javax.sql.DataSource;

/** Verifies the identity provider's logout tokens (OpenID Connect Back-Channel Logout 1.0). Each is valid once. */
@ApplicationScoped
public class LogoutTokens {
    private static final String USE =
            "insert into oidc_logout (id, expires_at) values (?, ?) on conflict (id) do nothing";

    private final IdentityProvider provider;
    private final DataSource dataSource;

    LogoutTokens(IdentityProvider provider, DataSource dataSource) {
        this.provider = requireNonNull(provider, "provider is null");
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
    }

    /**
     * The sessions to end.
     *
     * @param issuer the issuer
     * @param subject the user's id at the issuer; if empty, of any user
     * @param sid the session at the provider; if empty, all of the user
     */
    public record Logout(String issuer, Optional<String> subject, Optional<String> sid) {}

    /**
     * Verifies a logout token, and marks it as used in the current transaction.
     *
     * @throws InvalidJwtException if it is invalid or was used before
     * @throws IdentityProviderException if the provider's keys are unknown
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public Logout use(String token) throws InvalidJwtException, IdentityProviderException, SQLException {
        if (provider.config().isEmpty()) {
            throw new IdentityProviderException("no identity provider is configured");
        }
        Claims claims = provider.verifier().logoutToken(token);
        Instant expiry = claims.time("exp").orElseThrow().plus(JwtVerifier.SKEW);
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert = connection.prepareStatement(USE)) {
            insert.setBytes(1, Sha256.of(claims.text("jti").orElseThrow()));
            insert.setTimestamp(2, Timestamp.from(expiry));
            if (insert.executeUpdate() == 0) {
                throw new InvalidJwtException(Reason.REPLAYED, "The logout token was used before.");
            }
        }
        return new Logout(claims.text("iss").orElseThrow(), claims.text("sub"), claims.text("sid"));
    }

    @Scheduled(
            identity = "logout-token-removal",
            every = "1h",
            delayed = "3m",
            concurrentExecution = ConcurrentExecution.SKIP)
    void removeExpired() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement delete =
                        connection.prepareStatement("delete from oidc_logout where expires_at < now()")) {
            delete.executeUpdate();
        }
    }
}
