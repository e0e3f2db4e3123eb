package io.agyn.invitations;

import static io.agyn.problems.ConstraintProblem.organizationNotFound;

import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ConstraintProblems;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;

/** The contributions of invitations to shared mechanisms. */
@Singleton
class InvitationContributions implements ConstraintProblems {
    @Override
    public Map<String, ConstraintProblem> constraintProblems() {
        return Map.of(
                "invitation_username_pending", pending("/username"),
                "invitation_email_pending", pending("/email"),
                "invitation_organization", organizationNotFound());
    }

    private static ConstraintProblem pending(String field) {
        return new ConstraintProblem(
                ProblemKind.INVITATION_EXISTS,
                Optional.of(field),
                "The same invitation is pending; resend it to extend it, or cancel it to change the role.");
    }
}
