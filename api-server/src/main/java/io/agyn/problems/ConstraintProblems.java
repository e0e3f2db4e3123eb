package io.agyn.problems;

import java.util.Map;

/** A feature's contribution: the problems that are reported for its database constraints. */
public interface ConstraintProblems {
    /** The problems by the names of constraints and unique indexes. */
    Map<String, ConstraintProblem> constraintProblems();
}
