package io.agyn.console.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.AuditEvent;
import io.agyn.api.model.AuditOutcome;
import io.agyn.api.model.Organization;
import io.agyn.console.lists.ListSources;
import io.agyn.console.rendering.Page;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.quarkus.arc.All;
import jakarta.enterprise.context.RequestScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the resources of a page's events, if they still exist. */
@RequestScoped
class Resources {
    private final Map<String, AuditedResource> features;
    private final ListSources lists;
    private final Page page;

    private final Map<UUID, Optional<Entry.Resource>> found = new HashMap<>();
    private Map<UUID, Organization> organizations = Map.of();

    Resources(@All List<AuditedResource> features, ListSources lists, Page page) {
        this.features = features.stream().collect(Collectors.toMap(AuditedResource::noun, Function.identity()));
        this.lists = requireNonNull(lists, "lists is null");
        this.page = requireNonNull(page, "page is null");
    }

    List<Entry> entries(List<AuditEvent> events) {
        organizations = organizationsOf(events);
        return events.stream()
                .map(event -> new Entry(
                        event,
                        OperationWords.sentence(event),
                        Optional.ofNullable(event.getResourceId())
                                .flatMap(id -> found.computeIfAbsent(id, ignored -> find(event, id)))
                                .orElse(null)))
                .toList();
    }

    private Optional<Entry.Resource> find(AuditEvent event, UUID id) {
        UUID organization = event.getOrganizationId();
        if (organization != null && !organizations.containsKey(organization)) {
            return Optional.empty();
        }
        // A request that got 404 records only the organization.
        boolean hidden = event.getOutcome() == AuditOutcome.DENIED
                && !Set.of(ProblemKind.FORBIDDEN.code(), ProblemKind.INSUFFICIENT_SCOPE.code())
                        .contains(event.getCode());
        if (hidden || id.equals(organization)) {
            return organization(id);
        }
        String noun = OperationWords.words(event.getOperation()).noun();
        if (noun.equals("organization")) {
            return organization(id);
        }
        // Sign-ins and sign-outs concern an API token.
        AuditedResource feature = features.get(noun.isEmpty() ? "API token" : noun);
        return feature == null ? Optional.empty() : found(() -> feature.resource(organizations.get(organization), id));
    }

    private Optional<Entry.Resource> organization(UUID id) {
        return Optional.ofNullable(organizations.get(id))
                .map(organization -> new Entry.Resource(organization.getName(), Page.path(organization)));
    }

    /** Only existing resources: reading another one would be logged as a denial. */
    private Map<UUID, Organization> organizationsOf(List<AuditEvent> events) {
        return page.organization() != null
                ? Map.of(page.organization().getId(), page.organization())
                : lists.organizations(events.stream()
                        .flatMap(event -> Stream.of(event.getOrganizationId(), event.getResourceId()))
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet()));
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
