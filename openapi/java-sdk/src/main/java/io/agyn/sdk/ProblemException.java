package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.model.Violation;
import java.util.List;
import java.util.Optional;

/**
 * The gateway returned a problem (RFC 9457). Problems that programs handle differently have subclasses; others, such as
 * 500, are this class itself.
 */
public class ProblemException extends AgynException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final String detail;
    private final String requestId;
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
     * Returns the stable code of the problem, for programs.
     *
     * @return the code, such as {@code name_taken}; {@code unknown} if the response was no problem of Agyn's, as those
     *     of a proxy in between
     */
    public String code() {
        return code;
    }

    /**
     * Returns the cause and a remedy, for users.
     *
     * @return the detail, for people to read
     */
    public String detail() {
        return detail;
    }

    /**
     * Returns the id of the request in the server's log.
     *
     * @return the request's id; empty if it is missing
     */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /**
     * Returns all violations in the request.
     *
     * @return the violations, each with the JSON pointer or the parameter that it is about; empty unless the request
     *     is invalid or refers to a missing resource
     */
    public List<Violation> errors() {
        return errors;
    }

    /** The parts of an exception. */
    record Response(int status, String code, String detail, String requestId, List<Violation> errors) {
        Response {
            requireNonNull(code, "code is null");
            requireNonNull(detail, "detail is null");
            errors = List.copyOf(errors);
        }
    }
}
