package io.agyn.problems;

import java.util.Locale;

/** The kinds of problems, each with its stable code and its status (RFC 9457, RFC 9110). */
public enum ProblemKind {
    INVALID_REQUEST(400, "Bad Request"),
    MALFORMED_JSON(400, "Bad Request"),
    UNAUTHENTICATED(401, "Unauthorized"),
    FORBIDDEN(403, "Forbidden"),
    INSUFFICIENT_SCOPE(403, "Forbidden"),
    NOT_FOUND(404, "Not Found"),
    REFERENCE_NOT_FOUND(404, "Not Found"),
    METHOD_NOT_ALLOWED(405, "Method Not Allowed"),
    NOT_ACCEPTABLE(406, "Not Acceptable"),
    REQUEST_TIMEOUT(408, "Request Timeout"),
    NAME_TAKEN(409, "Conflict"),
    SLUG_TAKEN(409, "Conflict"),
    USERNAME_TAKEN(409, "Conflict"),
    EMAIL_TAKEN(409, "Conflict"),
    MEMBER_EXISTS(409, "Conflict"),
    MEMBER_BY_GROUP(409, "Conflict"),
    INVITATION_EXISTS(409, "Conflict"),
    INVITATION_CLOSED(409, "Conflict"),
    GROUP_MAPPING_EXISTS(409, "Conflict"),
    LIMIT_REACHED(409, "Conflict"),
    LAST_OWNER(409, "Conflict"),
    LAST_CLUSTER_ADMIN(409, "Conflict"),
    SECRET_IN_USE(409, "Conflict"),
    SECRET_PROVIDER_IN_USE(409, "Conflict"),
    ORGANIZATION_NOT_EMPTY(409, "Conflict"),
    PRECONDITION_FAILED(412, "Precondition Failed"),
    CONTENT_TOO_LARGE(413, "Content Too Large"),
    UNSUPPORTED_MEDIA_TYPE(415, "Unsupported Media Type"),
    IDEMPOTENCY_KEY_REUSED(422, "Unprocessable Content"),
    TOO_MANY_REQUESTS(429, "Too Many Requests"),
    RATE_LIMIT_EXCEEDED(429, "Too Many Requests"),
    CREDENTIAL_UNREADABLE(500, "Internal Server Error"),
    INTERNAL_ERROR(500, "Internal Server Error"),
    CREDENTIAL_UNAVAILABLE(502, "Bad Gateway"),
    UNAVAILABLE(503, "Service Unavailable");

    private final int status;
    private final String title;

    ProblemKind(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    /** The reason phrase of the status. */
    public String title() {
        return title;
    }

    /** The stable code of the problem, such as {@code name_taken}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
