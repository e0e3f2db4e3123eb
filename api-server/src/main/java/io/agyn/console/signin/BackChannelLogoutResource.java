package io.agyn.console.signin;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SessionAuthenticated;
import io.agyn.console.session.Sessions;
import io.agyn.oidc.IdentityProviderException;
import io.agyn.oidc.InvalidJwtException;
import io.agyn.oidc.LogoutTokens;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import org.jboss.logging.Logger;

/** Ends sessions when the identity provider reports that a user signed out (OpenID Connect Back-Channel Logout 1.0). */
@Path("/console/sign-in/provider/backchannel-logout")
@SessionAuthenticated
@RunOnVirtualThread
public class BackChannelLogoutResource {
    private static final Logger LOG = Logger.getLogger(BackChannelLogoutResource.class);

    private final LogoutTokens tokens;
    private final Sessions sessions;

    BackChannelLogoutResource(LogoutTokens tokens, Sessions sessions) {
        this.tokens = requireNonNull(tokens, "tokens is null");
        this.sessions = requireNonNull(sessions, "sessions is null");
    }

    @POST
    @Transactional
    public Response end(LogoutRequest request) throws SQLException {
        try {
            int ended = sessions.end(tokens.use(request.token()));
            LOG.infof("The identity provider has ended %d sessions", ended);
            return Response.ok().build();
        } catch (InvalidJwtException | IdentityProviderException e) {
            LOG.warnf("A logout token was rejected: %s", e.getMessage());
            return Response.status(Response.Status.BAD_REQUEST)
                    .type(MediaType.APPLICATION_JSON_TYPE)
                    .entity("{\"error\":\"invalid_request\"}")
                    .build();
        }
    }
}
