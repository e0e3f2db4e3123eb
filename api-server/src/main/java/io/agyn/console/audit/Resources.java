package io.agyn.console.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.api.ApiTokensApi;
import io.agyn.api.LlmProvidersApi;
import io.agyn.api.MembersApi;
import io.agyn.api.ModelsApi;
import io.agyn.api.SecretsApi;
import io.agyn.api.UsersApi;
import io.agyn.api.model.ApiToken;
import io.agyn.api.model.AuditEvent;
import io.agyn.api.model.AuditOutcome;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.Member;
import io.agyn.api.model.Model;
import io.agyn.api.model.Organization;
import io.agyn.api.model.Secret;
import io.agyn.api.model.User;
import io.agyn.console.Api;
import io.agyn.console.lists.ListSources;
import io.agyn.console.rendering.Page;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import jakarta.enterprise.context.RequestScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the resources of a page's events, if they still exist. */
@RequestScoped
class Resources {
    private final Api api;
    private final SecretsApi secrets;
    private final LlmProvidersApi providers;
    private final ModelsApi models;
    private final MembersApi members;
    private final ListSources lists;
    private final ApiTokensApi tokens;
    private final UsersApi users;
    private final Page page;

    private final Map<UUID, Optional<Entry.Resource>> found = new HashMap<>();
    private Map<UUID, Organization> there = Map.of();

    Resources(Api api, ListSources lists, Page page) {
        this.api = requireNonNull(api, "api is null");
        this.secrets = api.of(SecretsApi.class);
        this.providers = api.of(LlmProvidersApi.class);
        this.models = api.of(ModelsApi.class);
        this.members = api.of(MembersApi.class);
        this.lists = requireNonNull(lists, "lists is null");
        this.tokens = api.of(ApiTokensApi.class);
        this.users = api.of(UsersApi.class);
        this.page = requireNonNull(page, "page is null");
    }

    List<Entry> entries(List<AuditEvent> events) {
        there = organizationsOf(events);
        return events.stream()
                .map(event -> new Entry(
                        event,
                        Operations.sentence(event),
                        Optional.ofNullable(event.getResourceId())
                                .flatMap(id -> found.computeIfAbsent(id, ignored -> find(event, id)))
                                .orElse(null)))
                .toList();
    }

    private Optional<Entry.Resource> find(AuditEvent event, UUID id) {
        UUID organization = event.getOrganizationId();
        if (organization != null && !there.containsKey(organization)) {
            return Optional.empty();
        }
        // A request that got 404 records only the organization.
        boolean hidden = event.getOutcome() == AuditOutcome.DENIED
                && !ProblemKind.FORBIDDEN.code().equals(event.getCode());
        if (hidden || id.equals(organization)) {
            return organization(id);
        }
        return switch (Operations.words(event.getOperation()).noun()) {
            case "secret" ->
                found(() -> inside(
                        api.read(secrets.getSecret(organization, id), Secret.class)
                                .getName(),
                        organization,
                        "/secrets/" + id));
            case "LLM provider" ->
                found(() -> inside(
                        api.read(providers.getLlmProvider(organization, id), LlmProvider.class)
                                .getName(),
                        organization,
                        "/llm-providers/" + id));
            case "model" ->
                found(() -> inside(
                        api.read(models.getModel(organization, id), Model.class).getName(),
                        organization,
                        "/models/" + id));
            case "member" ->
                found(() -> inside(
                        api.read(members.getMember(organization, id), Member.class)
                                .getName(),
                        organization,
                        "/members/" + id));
            case "organization" -> organization(id);
            case "user" ->
                found(() -> new Entry.Resource(
                        api.read(users.getUser(id), User.class).getName(), "/users/" + id));
            case "API token", "" ->
                found(() -> new Entry.Resource(
                        api.read(tokens.getApiToken(id), ApiToken.class).getDescription(), "/tokens/" + id));
            default -> Optional.empty();
        };
    }

    private Optional<Entry.Resource> organization(UUID id) {
        return Optional.ofNullable(there.get(id))
                .map(organization -> new Entry.Resource(organization.getName(), Page.path(organization)));
    }

    /** Only those that exist: reading another one would be logged as a denial. */
    private Map<UUID, Organization> organizationsOf(List<AuditEvent> events) {
        return page.organization() != null
                ? Map.of(page.organization().getId(), page.organization())
                : lists.organizations(events.stream()
                        .flatMap(event -> Stream.of(event.getOrganizationId(), event.getResourceId()))
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet()));
    }

    private Entry.Resource inside(String name, UUID organization, String path) {
        return new Entry.Resource(name, Page.path(requireNonNull(there.get(organization), "unknown organization")) + path);
    }

    private static Optional<Entry.Resource> found(Supplier<Entry.Resource> look) {
        try {
            return Optional.of(look.get());
        } catch (ProblemException e) {
            if (e.kind() == ProblemKind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
