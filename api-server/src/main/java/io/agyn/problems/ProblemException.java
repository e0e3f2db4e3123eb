package io.agyn.problems;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Ends a request with a problem. Its message is the {@code detail} that the caller reads, so it holds no secret. */
public final class ProblemException extends RuntimeException {
    private final ProblemKind kind;
    private final transient List<Violation> violations;
    private final transient Map<String, String> headers = new LinkedHashMap<>();

    /**
     * @param kind what went wrong
     * @param detail a sentence on what is wrong and what to do
     */
    public ProblemException(ProblemKind kind, String detail) {
        this(kind, detail, List.of());
    }

    /**
     * @param kind what went wrong
     * @param detail a sentence on what is wrong and what to do
     * @param violations what is wrong with the request, place by place; may be empty
     */
    public ProblemException(ProblemKind kind, String detail, List<Violation> violations) {
        super(requireNonNull(detail, "detail is null"));
        this.kind = requireNonNull(kind, "kind is null");
        this.violations = List.copyOf(violations);
    }

    /** A 404 about the thing that the path names; the same whether it is missing or another tenant's. */
    public static ProblemException notFound(String thing) {
        return new ProblemException(
                ProblemKind.NOT_FOUND, "There is no such " + thing + "; check the ids in the path.");
    }

    /** Adds a header to the answer. */
    public ProblemException withHeader(String name, String value) {
        headers.put(name, value);
        return this;
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
