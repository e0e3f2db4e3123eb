package io.agyn.groups;

import static io.agyn.problems.ConstraintProblem.organizationNotFound;

import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ConstraintProblems;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;

/** The contributions of group mappings to shared mechanisms. */
@Singleton
class GroupContributions implements ConstraintProblems {
    @Override
    public Map<String, ConstraintProblem> constraintProblems() {
        return Map.of(
                "group_mapping_unique",
                new ConstraintProblem(
                        ProblemKind.GROUP_MAPPING_EXISTS,
                        Optional.of("/group"),
                        "The group is mapped already; update its mapping to change the role."),
                "group_mapping_organization",
                organizationNotFound());
    }
}
