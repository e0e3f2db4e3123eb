package io.agyn.problems;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.Violation;
import java.util.List;
import java.util.Optional;

/**
 * The problem that is reported for a violated constraint.
 *
 * @param kind the kind of problem
 * @param pointer a JSON pointer to the field of the body, if one field is the reason
 * @param detail the sentence for the caller
 */
public record ConstraintProblem(ProblemKind kind, Optional<String> pointer, String detail) {
    public ConstraintProblem {
        requireNonNull(kind, "kind is null");
        requireNonNull(pointer, "pointer is null");
        requireNonNull(detail, "detail is null");
    }

    /** A value that another resource has already. */
    public static ConstraintProblem taken(ProblemKind kind, String field, String resource) {
        return new ConstraintProblem(
                kind, Optional.of("/" + field), "Choose another " + field + ": another " + resource + " has this one.");
    }

    /**
     * A reference to a resource that does not exist, or that the caller may not see.
     *
     * @param field the field that refers to it
     */
    public static ConstraintProblem referenceNotFound(String field, String resource) {
        return new ConstraintProblem(
                ProblemKind.REFERENCE_NOT_FOUND,
                Optional.of("/" + field),
                "This " + resource + " does not exist, or you cannot access it.");
    }

    /** The organization of the path was deleted meanwhile. */
    public static ConstraintProblem organizationNotFound() {
        return new ConstraintProblem(
                ProblemKind.NOT_FOUND, Optional.empty(), "No organization has this id; check the path.");
    }

    public ProblemException exception() {
        List<Violation> violations = pointer.stream()
                .map(field -> new Violation().pointer(field).detail(detail))
                .toList();
        return new ProblemException(kind, detail, violations);
    }
}
