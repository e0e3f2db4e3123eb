package io.agyn.console.session;

import static java.util.Objects.requireNonNull;

import io.agyn.access.DenialLog;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The session id of the current request, and the new one that the response sets. */
@RequestScoped
public class Session {
    public static final String COOKIE = "agyn_session";

    private final DenialLog denials;

    private @Nullable SessionId id;
    private @Nullable SessionId replacement;
    private @Nullable String csrf;

    Session(DenialLog denials) {
        this.denials = requireNonNull(denials, "denials is null");
    }

    /** Sets the id that the request sent, or a new anonymous one. */
    public void use(SessionId id) {
        this.id = id;
    }

    public SessionId id() {
        return requireNonNull(id, "the request has no session");
    }

    /** Sets the cookie with the response. */
    public void replace(SessionId replacement) {
        this.replacement = replacement;
    }

    public Optional<SessionId> replacement() {
        return Optional.ofNullable(replacement);
    }

    /**
     * The value of the hidden field {@code csrf} in each form, which other sites cannot know. Each page has a different value,
     * so that the length of a compressed page reveals nothing about it (BREACH). All values stay valid as long as the session.
     */
    public String csrf() {
        if (csrf == null) {
            csrf = id().csrf(SessionId.random());
        }
        return csrf;
    }

    /**
     * Rejects a form whose CSRF token this session did not issue.
     *
     * @throws ProblemException {@code forbidden}
     */
    public void requireCsrf(String sent) {
        if (!id().hasIssued(sent)) {
            throw denied(
                    "The form belongs to another session. Nothing was changed. Reload the page and send it again.");
        }
    }

    /** Records the denial of a form in the audit log, and returns the error to throw. */
    public ProblemException denied(String detail) {
        denials.log("sendForm", ProblemKind.FORBIDDEN);
        return new ProblemException(ProblemKind.FORBIDDEN, detail);
    }
}
