package io.agyn.users;

import static io.agyn.problems.ConstraintProblem.referenceNotFound;
import static io.agyn.problems.ConstraintProblem.taken;

import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ConstraintProblems;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import java.util.Map;

/** The contributions of users to shared mechanisms. */
@Singleton
class UserContributions implements ConstraintProblems {
    @Override
    public Map<String, ConstraintProblem> constraintProblems() {
        return Map.of(
                "app_user_username_unique", taken(ProblemKind.USERNAME_TAKEN, "username", "user"),
                "app_user_email_unique", taken(ProblemKind.EMAIL_TAKEN, "email", "user"),
                "app_user_home_organization", referenceNotFound(MeResource.HOME, "organization"));
    }
}
