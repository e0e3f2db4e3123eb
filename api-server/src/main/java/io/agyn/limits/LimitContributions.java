package io.agyn.limits;

import static io.agyn.problems.ConstraintProblem.organizationNotFound;
import static io.agyn.problems.ConstraintProblem.referenceNotFound;
import static io.agyn.problems.ConstraintProblem.taken;

import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ConstraintProblems;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import java.util.Map;

/** The contributions of limits to shared mechanisms. */
@Singleton
class LimitContributions implements ConstraintProblems {
    static final String SUBJECT = "applies_to/id";

    @Override
    public Map<String, ConstraintProblem> constraintProblems() {
        return Map.of(
                "call_limit_name_unique",
                taken(ProblemKind.NAME_TAKEN, "name", "limit"),
                "call_limit_organization",
                organizationNotFound(),
                "call_limit_user",
                referenceNotFound(SUBJECT, "user"),
                "call_limit_api_token",
                referenceNotFound(SUBJECT, "API token"),
                "call_limit_model",
                referenceNotFound(SUBJECT, "model"),
                "call_limit_llm_provider",
                referenceNotFound(SUBJECT, "LLM provider"));
    }
}
