package io.agyn.console.session;

import static java.util.Objects.requireNonNull;

import io.agyn.access.DenialLog;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;

/** The session of the request: what the browser's cookie holds, and what it is to hold from now on. */
@RequestScoped
public class Session {
    public static final String COOKIE = "agyn_session";

    private final DenialLog refusals;

    private SessionId id;
    private SessionId given;
    private String csrf;

    Session(DenialLog refusals) {
        this.refusals = requireNonNull(refusals, "refusals is null");
    }

    void use(SessionId id) {
        this.id = id;
    }

    SessionId id() {
        return id;
    }

    /** Whether the browser's cookie holds a session that lasts. */
    public boolean isSignedIn() {
        return id != null;
    }

    /** Gives the browser an id with the answer. */
    void give(SessionId id) {
        given = id;
    }

    Optional<SessionId> given() {
        return Optional.ofNullable(given);
    }

    /**
     * What the hidden field {@code csrf} of each form holds, which pages of other sites cannot know. It is another one on each
     * page: how long a page is once it is zipped tells nothing of it then, whatever it is asked with (BREACH). All of them
     * hold for as long as the session does.
     */
    public String csrf() {
        if (csrf == null) {
            csrf = id.csrf(SessionId.random());
        }
        return csrf;
    }

    /**
     * Refuses a form that this session has not been shown.
     *
     * @throws ProblemException {@code forbidden}
     */
    public void requireCsrf(String sent) {
        if (!id.hasShown(sent)) {
            throw notShown(
                    "The form belongs to another session. Nothing was changed. Reload the page and send it again.");
        }
    }

    /** Notes that a form is refused which this session has not been shown; answers how. */
    ProblemException notShown(String detail) {
        refusals.log("sendForm", ProblemKind.FORBIDDEN);
        return new ProblemException(ProblemKind.FORBIDDEN, detail);
    }
}
