package io.agyn.llm.providers;

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

/** The contributions of LLM providers to shared mechanisms. */
@Singleton
class LlmProviderContributions implements ConstraintProblems, OrganizationContents {
    @Override
    public Map<String, ConstraintProblem> constraintProblems() {
        return Map.of(
                "llm_provider_name_unique", taken(ProblemKind.NAME_TAKEN, "name", "LLM provider"),
                "llm_provider_token_secret", referenceNotFound("token_secret_id", "secret"),
                "llm_provider_organization", organizationNotFound());
    }

    @Override
    public List<Content> organizationContents() {
        return List.of(new Content("llm_provider", "LLM provider", "LLM providers", 1));
    }
}
