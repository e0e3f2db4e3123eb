package io.agyn.secretproviders;

import static io.agyn.problems.ConstraintProblem.organizationNotFound;
import static io.agyn.problems.ConstraintProblem.taken;

import io.agyn.organizations.OrganizationContents;
import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ConstraintProblems;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/** The contributions of secret providers to shared mechanisms. */
@Singleton
class SecretProviderContributions implements ConstraintProblems, OrganizationContents {
    @Override
    public Map<String, ConstraintProblem> constraintProblems() {
        return Map.of(
                "secret_provider_name_unique", taken(ProblemKind.NAME_TAKEN, "name", "secret provider"),
                "secret_provider_organization", organizationNotFound());
    }

    @Override
    public List<Content> organizationContents() {
        return List.of(new Content("secret_provider", "secret provider", "secret providers", 3));
    }
}
