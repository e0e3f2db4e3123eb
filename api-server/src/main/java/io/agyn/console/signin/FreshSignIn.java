package io.agyn.console.signin;

import static java.util.Objects.requireNonNull;

import io.agyn.console.rendering.PageResponses;
import io.agyn.console.session.Session;
import io.agyn.console.session.Sessions;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Requires a recent sign-in before a credential is revealed, since a browser may have been left open. */
@Singleton
public class FreshSignIn {
    private static final Duration RECENT = Duration.ofMinutes(15);

    private final Session session;
    private final Sessions sessions;
    private final PageResponses pages;

    FreshSignIn(Session session, Sessions sessions, PageResponses pages) {
        this.session = requireNonNull(session, "session is null");
        this.sessions = requireNonNull(sessions, "sessions is null");
        this.pages = requireNonNull(pages, "pages is null");
    }

    /**
     * Returns a redirect to the page that asks for a sign-in, if the last one is older than 15 minutes.
     *
     * @param back the path of the page to return to
     */
    public Optional<Response> ask(String back) {
        try {
            boolean isRecent = sessions.authenticatedAt(session.id())
                    .filter(at -> at.isAfter(Instant.now().minus(RECENT)))
                    .isPresent();
            return isRecent
                    ? Optional.empty()
                    : Optional.of(pages.redirect("/confirm?next=" + URLEncoder.encode(back, StandardCharsets.UTF_8)));
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot read the session", e);
        }
    }
}
