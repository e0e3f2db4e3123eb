package io.agyn.console.organizations;

import static java.util.Objects.requireNonNull;

import io.agyn.api.ApiTokensApi;
import io.agyn.api.UsageApi;
import io.agyn.api.model.ApiTokenList;
import io.agyn.api.model.CallOutcome;
import io.agyn.api.model.Model;
import io.agyn.api.model.UsageRecordList;
import io.agyn.console.Api;
import io.agyn.console.lists.ListSources;
import io.agyn.console.rendering.Page;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The steps from a new organization to the first model call. */
@Singleton
public class FirstSteps {
    /**
     * A step to the first model call.
     *
     * @param text the explanation
     * @param action the text of the link
     * @param link the path; null if an earlier step is missing or the user has no permission
     * @param hint the reason if there is no link
     */
    public record Step(
            String title,
            String text,
            boolean isDone,
            String action,
            @Nullable String link,
            @Nullable String hint) {}

    private final Api api;
    private final UsageApi usage;
    private final ApiTokensApi tokens;
    private final ListSources lists;
    private final Page page;

    FirstSteps(Api api, ListSources lists, Page page) {
        this.api = requireNonNull(api, "api is null");
        this.usage = api.of(UsageApi.class);
        this.tokens = api.of(ApiTokensApi.class);
        this.lists = requireNonNull(lists, "lists is null");
        this.page = requireNonNull(page, "page is null");
    }

    /** All steps; empty once all are done. */
    public List<Step> ofOrganization() {
        UUID organization = page.requireOrganization().getId();
        Optional<Model> model =
                lists.models(organization, null, null).first(1).items().stream().findFirst();
        boolean hasProvider = !lists.llmProviders(organization).first(1).items().isEmpty();
        List<Step> steps = List.of(
                step(
                        "Register an LLM provider",
                        "OpenAI, Anthropic, or any service with one of their protocols.",
                        hasProvider,
                        "New provider",
                        "createLlmProvider",
                        Optional.of("/llm-providers/new"),
                        null),
                step(
                        "Create a model",
                        "A name that agents call. It maps to a model of the provider.",
                        model.isPresent(),
                        "New model",
                        "createModel",
                        hasProvider ? Optional.of("/models/new") : Optional.empty(),
                        "Needs a provider"),
                step(
                        "Test it",
                        "One short call checks the credentials.",
                        hasResponded(organization),
                        "Open the model",
                        "testModel",
                        model.map(found -> "/models/" + found.getId()),
                        "Needs a model"),
                token());
        return steps.stream().allMatch(Step::isDone) ? List.of() : steps;
    }

    /** The step after a successful test; null if it is done or the user has no permission. */
    public @Nullable Step afterTest() {
        Step token = token();
        return token.isDone() || token.link() == null ? null : token;
    }

    private Step token() {
        return step(
                "Create an API token",
                "The credential of an agent or a program.",
                hasToken(page.requireOrganization().getId()),
                "New API token",
                "createApiToken",
                Optional.of("/tokens/new"),
                null);
    }

    private Step step(
            String title,
            String text,
            boolean isDone,
            String action,
            String operation,
            Optional<String> path,
            @Nullable String before) {
        return page.may(operation)
                ? new Step(
                        title,
                        text,
                        isDone,
                        action,
                        path.map(page.root()::concat).orElse(null),
                        before)
                : new Step(title, text, isDone, action, null, "Ask an owner of the organization");
    }

    private boolean hasResponded(UUID organization) {
        return !api.read(
                        usage.listUsageRecords(
                                organization,
                                1,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                CallOutcome.COMPLETED,
                                null,
                                null),
                        UsageRecordList.class)
                .getItems()
                .isEmpty();
    }

    /** Whether a token is bound to the organization. True for users without permission to list tokens, since they signed in with one. */
    private boolean hasToken(UUID organization) {
        return !page.may("listApiTokens")
                || !api.read(tokens.listApiTokens(1, null, null, organization, null), ApiTokenList.class)
                        .getItems()
                        .isEmpty();
    }
}
