package io.agyn.organizations;

import static io.agyn.problems.ConstraintProblem.referenceNotFound;
import static io.agyn.problems.ConstraintProblem.taken;

import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ConstraintProblems;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import java.util.Map;

/** The contributions of organizations to shared mechanisms. */
@Singleton
class OrganizationContributions implements ConstraintProblems {
    @Override
    public Map<String, ConstraintProblem> constraintProblems() {
        return Map.of(
                "organization_slug_unique", taken(ProblemKind.SLUG_TAKEN, "slug", "organization"),
                "organization_default_model", referenceNotFound("default_model_id", "model"));
    }
}
