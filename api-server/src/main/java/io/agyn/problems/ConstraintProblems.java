package io.agyn.problems;

import java.util.Map;

/** A feature's contribution: the problems that its database constraints are to callers. */
public interface ConstraintProblems {
    /** The problems by the names of constraints and unique indexes. */
    Map<String, ConstraintProblem> constraintProblems();
}
