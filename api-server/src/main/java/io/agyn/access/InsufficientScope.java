package io.agyn.access;

import io.agyn.api.model.TokenScope;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import jakarta.ws.rs.core.HttpHeaders;

/** Creates the errors for credentials without a needed scope (RFC 6750, section 3.1). */
public final class InsufficientScope {
    private InsufficientScope() {}

    /**
     * @param scope the missing scope
     * @param detail a sentence that names it
     */
    public static ProblemException of(TokenScope scope, String detail) {
        return new ProblemException(ProblemKind.INSUFFICIENT_SCOPE, detail)
                .withHeader(
                        HttpHeaders.WWW_AUTHENTICATE,
                        "Bearer realm=\"agyn\", error=\"insufficient_scope\", scope=\"" + scope + "\"");
    }
}
