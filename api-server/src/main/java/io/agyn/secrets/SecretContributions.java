package io.agyn.secrets;

import static io.agyn.problems.ConstraintProblem.organizationNotFound;
import static io.agyn.problems.ConstraintProblem.referenceNotFound;
import static io.agyn.problems.ConstraintProblem.taken;

import io.agyn.organizations.OrganizationContents;
import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ConstraintProblems;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/** The contributions of secrets to shared mechanisms. */
@Singleton
class SecretContributions implements ConstraintProblems, OrganizationContents {
    @Override
    public Map<String, ConstraintProblem> constraintProblems() {
        return Map.of(
                "secret_name_unique", taken(ProblemKind.NAME_TAKEN, "name", "secret"),
                "secret_provider_of_secret", referenceNotFound("provider_id", "secret provider"),
                "secret_organization", organizationNotFound());
    }

    @Override
    public List<Content> organizationContents() {
        return List.of(new Content("secret", "secret", "secrets", 2));
    }
}
