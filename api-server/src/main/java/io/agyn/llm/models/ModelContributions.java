package io.agyn.llm.models;

import static io.agyn.problems.ConstraintProblem.organizationNotFound;
import static io.agyn.problems.ConstraintProblem.referenceNotFound;

import io.agyn.organizations.OrganizationContents;
import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ConstraintProblems;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/** The contributions of models to shared mechanisms. */
@Singleton
class ModelContributions implements ConstraintProblems, OrganizationContents {
    @Override
    public Map<String, ConstraintProblem> constraintProblems() {
        return Map.of(
                "model_name_unique", Models.taken("name"),
                "model_alias_unique", Models.taken("alias"),
                "model_provider", referenceNotFound("provider_id", "LLM provider"),
                "model_fallback_provider", referenceNotFound("fallbacks", "LLM provider"),
                "model_organization", organizationNotFound());
    }

    @Override
    public List<Content> organizationContents() {
        return List.of(new Content("model", "model", "models", 0));
    }
}
