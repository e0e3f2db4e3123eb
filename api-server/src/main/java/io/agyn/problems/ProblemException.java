package io.agyn.problems;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Ends a request with a problem. Callers read its message as {@code detail}, so it must not contain a secret. */
public final class ProblemException extends RuntimeException {
    private final ProblemKind kind;
    private final transient List<Violation> violations;
    private final transient Map<String, String> headers = new LinkedHashMap<>();

    /**
     * @param kind the kind of problem
     * @param detail the cause and the remedy, as a sentence
     */
    public ProblemException(ProblemKind kind, String detail) {
        this(kind, detail, List.of());
    }

    /**
     * @param kind the kind of problem
     * @param detail the cause and the remedy, as a sentence
     * @param violations the invalid fields and parameters; may be empty
     */
    public ProblemException(ProblemKind kind, String detail, List<Violation> violations) {
        super(requireNonNull(detail, "detail is null"));
        this.kind = requireNonNull(kind, "kind is null");
        this.violations = List.copyOf(violations);
    }

    /**
     * Returns a 404 for the resource in the path; the same whether it is missing or belongs to another organization.
     */
    public static ProblemException notFound(String thing) {
        return new ProblemException(ProblemKind.NOT_FOUND, "No " + thing + " has this id; check the path.");
    }

    /** Adds a header to the response. */
    public ProblemException withHeader(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return requireNonNull(super.getMessage(), "message is null");
    }

    public ProblemKind kind() {
        return kind;
    }

    public List<Violation> violations() {
        return violations;
    }

    public Map<String, String> headers() {
        return headers;
    }
}
