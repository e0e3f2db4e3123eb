package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.model.Violation;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The gateway returned an error (RFC 9457). Errors that programs usually handle have subclasses; all others, such as
 * 500, are this class itself.
 */
public class ProblemException extends AgynException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final String detail;
    private final @Nullable String requestId;
    private final List<Violation> errors;

    ProblemException(Response response) {
        super(message(response));
        this.status = response.status();
        this.code = response.code();
        this.detail = response.detail();
        this.requestId = response.requestId();
        this.errors = response.errors();
    }

    private static String message(Response response) {
        StringBuilder message = new StringBuilder();
        message.append(response.status())
                .append(' ')
                .append(response.code())
                .append(": ")
                .append(response.detail());
        for (Violation error : response.errors()) {
            message.append(" [")
                    .append(place(error))
                    .append(": ")
                    .append(error.getDetail())
                    .append(']');
        }
        if (response.requestId() != null) {
            message.append(" (request ").append(response.requestId()).append(')');
        }
        return message.toString();
    }

    private static String place(Violation error) {
        return error.getPointer() != null ? error.getPointer() : error.getParameter();
    }

    /**
     * Returns the status code.
     *
     * @return the HTTP status code of the response
     */
    public int status() {
        return status;
    }

    /**
     * Returns the stable error code, for programs to compare.
     *
     * @return the code, such as {@code name_taken}; {@code unknown} if the error is not Agyn's, such as one
     *     from a proxy in between
     */
    public String code() {
        return code;
    }

    /**
     * Returns the error message: the reason and the fix.
     *
     * @return the detail, for people to read
     */
    public String detail() {
        return detail;
    }

    /**
     * Returns the request's id, which finds the details in the server's log.
     *
     * @return the request's id; empty if the response lacks it
     */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /**
     * Returns all violations of the request.
     *
     * @return the violations, each with its JSON pointer or parameter; empty unless the request is invalid or refers to
     *     a missing resource
     */
    public List<Violation> errors() {
        return errors;
    }

    /** The content of an error response. */
    record Response(
            int status,
            String code,
            String detail,
            @Nullable String requestId,
            List<Violation> errors) {
        Response {
            requireNonNull(code, "code is null");
            requireNonNull(detail, "detail is null");
            errors = List.copyOf(errors);
        }
    }
}
