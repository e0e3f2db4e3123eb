package io.agyn.problems;

import io.agyn.api.model.Violation;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Maps violated database constraints, by the names in the migrations, to problems. */
public final class ConstraintProblems {
    private record Meaning(ProblemKind kind, String pointer, String detail) {}

    private static final Map<String, Meaning> MEANINGS = Map.ofEntries(
            Map.entry("organization_slug_unique", taken(ProblemKind.SLUG_TAKEN, "/slug", "slug", "organization")),
            Map.entry("secret_name_unique", taken(ProblemKind.NAME_TAKEN, "/name", "name", "secret")),
            Map.entry("llm_provider_name_unique", taken(ProblemKind.NAME_TAKEN, "/name", "name", "LLM provider")),
            Map.entry("model_name_unique", taken(ProblemKind.NAME_TAKEN, "/name", "name", "model")),
            Map.entry("model_provider", missing("/provider_id", "LLM provider")),
            Map.entry("llm_provider_token_secret", missing("/token_secret_id", "secret")),
            Map.entry("app_user_email_unique", taken(ProblemKind.EMAIL_TAKEN, "/email", "email", "user")),
            Map.entry(
                    "membership_unique",
                    new Meaning(
                            ProblemKind.MEMBER_EXISTS,
                            null,
                            "The user is already a member; update the member to change the role.")),
            Map.entry("membership_user", missing("/user_id", "user")),
            Map.entry("membership_organization", organizationNotFound()),
            Map.entry("api_token_user", missing("/user_id", "user")),
            Map.entry("api_token_organization", missing("/organization_id", "organization")),
            Map.entry(
                    "api_token_creator",
                    new Meaning(
                            ProblemKind.UNAUTHENTICATED,
                            null,
                            "The API token of this request was just revoked; use another one.")),
            Map.entry("secret_organization", organizationNotFound()),
            Map.entry("llm_provider_organization", organizationNotFound()),
            Map.entry("model_organization", organizationNotFound()));

    private ConstraintProblems() {}

    /** Returns the problem for a constraint; empty if the constraint is unknown. */
    public static Optional<ProblemException> of(String constraint) {
        return Optional.ofNullable(constraint).map(MEANINGS::get).map(ConstraintProblems::problem);
    }

    /**
     * Returns the 404 for a reference in a body that does not exist, or is out of the caller's reach.
     *
     * @param pointer the reference, as a JSON pointer
     * @param thing the kind of resource
     */
    public static ProblemException referenceNotFound(String pointer, String thing) {
        return problem(missing(pointer, thing));
    }

    private static ProblemException problem(Meaning meaning) {
        List<Violation> violations = meaning.pointer() == null
                ? List.of()
                : List.of(new Violation().pointer(meaning.pointer()).detail(meaning.detail()));
        return new ProblemException(meaning.kind(), meaning.detail(), violations);
    }

    private static Meaning taken(ProblemKind kind, String pointer, String field, String thing) {
        return new Meaning(kind, pointer, "Choose another " + field + ": another " + thing + " has this one.");
    }

    private static Meaning missing(String pointer, String thing) {
        return new Meaning(
                ProblemKind.REFERENCE_NOT_FOUND,
                pointer,
                "This " + thing + " does not exist, or you cannot access it.");
    }

    private static Meaning organizationNotFound() {
        return new Meaning(ProblemKind.NOT_FOUND, null, "No organization has this id; check the path.");
    }
}
