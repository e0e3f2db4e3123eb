package io.agyn.tokens;

import static io.agyn.problems.ConstraintProblem.referenceNotFound;

import io.agyn.organizations.OrganizationContents;
import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ConstraintProblems;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The contributions of API tokens to shared mechanisms. */
@Singleton
class ApiTokenContributions implements ConstraintProblems, OrganizationContents {
    @Override
    public Map<String, ConstraintProblem> constraintProblems() {
        return Map.of(
                "api_token_user", referenceNotFound("user_id", "user"),
                "api_token_organization", referenceNotFound("organization_id", "organization"),
                "api_token_default_model", referenceNotFound("default_model_id", "model"),
                "api_token_creator",
                        new ConstraintProblem(
                                ProblemKind.UNAUTHENTICATED,
                                Optional.empty(),
                                "The API token of this request was just revoked; use another one."));
    }

    @Override
    public List<Content> organizationContents() {
        return List.of(new Content("api_token", "API token bound to it", "API tokens bound to it", 0));
    }
}
