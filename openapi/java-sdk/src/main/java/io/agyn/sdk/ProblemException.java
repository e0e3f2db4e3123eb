package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.model.Violation;
import java.util.List;
import java.util.Optional;

/**
 * The gateway answered with an error (RFC 9457). Those that a program would tell apart have subclasses; every other,
 * such as 500, is this class itself.
 */
public class ProblemException extends AgynException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final String detail;
    private final String requestId;
    private final List<Violation> errors;

    ProblemException(Answer answer) {
        super(message(answer));
        this.status = answer.status();
        this.code = answer.code();
        this.detail = answer.detail();
        this.requestId = answer.requestId();
        this.errors = answer.errors();
    }

    private static String message(Answer answer) {
        StringBuilder message = new StringBuilder();
        message.append(answer.status())
                .append(' ')
                .append(answer.code())
                .append(": ")
                .append(answer.detail());
        for (Violation error : answer.errors()) {
            message.append(" [")
                    .append(place(error))
                    .append(": ")
                    .append(error.getDetail())
                    .append(']');
        }
        if (answer.requestId() != null) {
            message.append(" (request ").append(answer.requestId()).append(')');
        }
        return message.toString();
    }

    private static String place(Violation error) {
        return error.getPointer() != null ? error.getPointer() : error.getParameter();
    }

    /**
     * Gives the status code.
     *
     * @return the HTTP status code of the answer
     */
    public int status() {
        return status;
    }

    /**
     * Gives the stable name of the kind of problem, which programs may compare.
     *
     * @return the code, such as {@code name_taken}; {@code unknown} if the answer was no problem of Agyn's, as those
     *     of a proxy in between
     */
    public String code() {
        return code;
    }

    /**
     * Gives the sentence that says what is wrong and what to do.
     *
     * @return the detail, for people to read
     */
    public String detail() {
        return detail;
    }

    /**
     * Gives the id under which the server's log says more.
     *
     * @return the request's id; empty if the answer has none
     */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /**
     * Gives everything that is wrong with the request.
     *
     * @return the violations, each with the JSON pointer or the parameter that it is about; empty unless the request
     *     is invalid or refers to what does not exist
     */
    public List<Violation> errors() {
        return errors;
    }

    /** What exceptions are made of. */
    record Answer(int status, String code, String detail, String requestId, List<Violation> errors) {
        Answer {
            requireNonNull(code, "code is null");
            requireNonNull(detail, "detail is null");
            errors = List.copyOf(errors);
        }
    }
}
