package io.agyn.contract;

import io.agyn.api.model.Violation;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with one request, gathered so that the caller reads all of it at once. */
public final class Violations {
    // What the contract says of errors, so that the answer to a small body is a small one.
    private static final int MOST = 1_000;
    private static final int LONGEST_POINTER = 8_192;

    private final List<Violation> found = new ArrayList<>();

    /**
     * Notes a violation in the body.
     *
     * @param pointer the place, a JSON pointer (RFC 6901)
     * @param detail a sentence that says what to do
     */
    public void at(String pointer, String detail) {
        add(new Violation().pointer(bounded(pointer)).detail(detail));
    }

    /**
     * Notes a violation in a query or header parameter.
     *
     * @param parameter the name of the parameter
     * @param detail a sentence that says what to do
     */
    public void in(String parameter, String detail) {
        add(new Violation().parameter(parameter).detail(detail));
    }

    /** Whether a violation stands at a field of the body; rules about a field that is already refused keep silent. */
    public boolean concern(String pointer) {
        return found.stream().anyMatch(violation -> pointer.equals(violation.getPointer()));
    }

    /** Ends the request with a 400 if there is any violation. */
    public void throwIfAny() {
        if (!found.isEmpty()) {
            throw new ProblemException(
                    ProblemKind.INVALID_REQUEST, "The request is invalid; errors says where and what to do.", found);
        }
    }

    private void add(Violation violation) {
        if (found.size() < MOST) {
            found.add(violation);
        }
    }

    /** A place whose pointer is longer than the contract lets it be is named by the object that it stands in. */
    private static String bounded(String pointer) {
        String shorter = pointer;
        while (shorter.length() > LONGEST_POINTER) {
            shorter = shorter.substring(0, shorter.lastIndexOf('/'));
        }
        return shorter;
    }

    /** The JSON pointer of a member of what a pointer names (RFC 6901). */
    public static String child(String pointer, String name) {
        return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
    }
}
