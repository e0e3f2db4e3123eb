package io.agyn.members;

import static io.agyn.problems.ConstraintProblem.organizationNotFound;
import static io.agyn.problems.ConstraintProblem.referenceNotFound;

import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ConstraintProblems;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;

/** The contributions of members to shared mechanisms. */
@Singleton
class MemberContributions implements ConstraintProblems {
    @Override
    public Map<String, ConstraintProblem> constraintProblems() {
        return Map.of(
                "membership_unique",
                        new ConstraintProblem(
                                ProblemKind.MEMBER_EXISTS,
                                Optional.empty(),
                                "The user is already a member; update the member to change the role."),
                "membership_user", referenceNotFound("user_id", "user"),
                "membership_organization", organizationNotFound());
    }
}
