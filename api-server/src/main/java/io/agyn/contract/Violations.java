package io.agyn.contract;

import io.agyn.api.model.Violation;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import java.util.ArrayList;
import java.util.List;

/** Collects everything that is wrong with a request, so that the caller gets it at once. */
public final class Violations {
    // The contract's limits for errors, so that a small body cannot cause a large response.
    private static final int MAX_VIOLATIONS = 1_000;
    private static final int MAX_POINTER_LENGTH = 8_192;

    private final List<Violation> found = new ArrayList<>();

    /**
     * Adds a violation in the body.
     *
     * @param pointer the field, as a JSON pointer (RFC 6901)
     * @param detail a sentence with the remedy
     */
    public void at(String pointer, String detail) {
        add(new Violation().pointer(bounded(pointer)).detail(detail));
    }

    /**
     * Adds a violation in a query or header parameter.
     *
     * @param parameter the name of the parameter
     * @param detail a sentence with the remedy
     */
    public void in(String parameter, String detail) {
        add(new Violation().parameter(parameter).detail(detail));
    }

    /** Whether a field of the body already has a violation; further rules about it then add nothing. */
    public boolean existAt(String pointer) {
        return found.stream().anyMatch(violation -> pointer.equals(violation.getPointer()));
    }

    /** Ends the request with a 400 if there are violations. */
    public void throwIfAny() {
        if (!found.isEmpty()) {
            throw new ProblemException(ProblemKind.INVALID_REQUEST, "The request is invalid; see errors.", found);
        }
    }

    private void add(Violation violation) {
        if (found.size() < MAX_VIOLATIONS) {
            found.add(violation);
        }
    }

    /** Shortens a pointer that is longer than the contract allows to the enclosing object. */
    private static String bounded(String pointer) {
        String shorter = pointer;
        while (shorter.length() > MAX_POINTER_LENGTH) {
            shorter = shorter.substring(0, shorter.lastIndexOf('/'));
        }
        return shorter;
    }

    /** Returns the JSON pointer of a member (RFC 6901). */
    public static String child(String pointer, String name) {
        return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
    }
}
