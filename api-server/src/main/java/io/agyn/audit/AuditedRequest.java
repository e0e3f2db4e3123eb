package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.access.Identity;
import io.agyn.access.PathIds;
import io.agyn.access.SourceAddress;
import io.agyn.access.UserAgent;
import io.agyn.audit.Event.Outcome;
import io.agyn.audit.Event.Source;
import io.agyn.contract.Contract.Operation;
import io.agyn.contract.Contract.Parameter;
import io.agyn.pipeline.RequestIds;
import io.agyn.problems.ProblemKind;
import io.agyn.rest.ResourceDiff;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Creates the audit events of a request. */
@RequestScoped
class AuditedRequest {
    // Logged outside of the organization, whose chain nobody can read after the deletion.
    private static final String DELETE_ORGANIZATION = "deleteOrganization";

    /** The caller reaches the organization, but lacks permission for the operation. */
    private static final int FORBIDDEN = ProblemKind.FORBIDDEN.status();

    private final RoutingContext context;
    private final PathIds ids;
    private final Caller caller;
    private final SourceAddress addresses;
    private final AuditScope scope;

    AuditedRequest(RoutingContext context, PathIds ids, Caller caller, SourceAddress addresses, AuditScope scope) {
        this.context = requireNonNull(context, "context is null");
        this.ids = requireNonNull(ids, "ids is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.addresses = requireNonNull(addresses, "addresses is null");
        this.scope = requireNonNull(scope, "scope is null");
    }

    /** The event of a completed operation. */
    Event done(Operation operation, Optional<ResourceDiff> diff) {
        UUID organization = operation.id().equals(DELETE_ORGANIZATION)
                ? null
                : scope.organization().orElseGet(this::organization);
        Source source =
                scope.isAnonymous() ? new Source(null, null, null, null, null, RequestIds.of(context)) : source();
        scope.clear();
        return Event.now(
                organization,
                operation.id(),
                Outcome.DONE,
                null,
                resource(operation, diff),
                diff.map(ResourceDiff::fields).orElse(List.of()),
                source);
    }

    /** The event of a completed action that is not an operation of the contract, outside of organizations. */
    Event done(String name, UUID resource) {
        return Event.now(null, name, Outcome.DONE, null, resource, List.of(), source());
    }

    /**
     * The event of a denial.
     *
     * @param operation the operation's id
     * @param problem the reason
     */
    Event denied(String operation, ProblemKind problem) {
        // Denials in an organization that the caller does not reach are not in its log.
        UUID organization = problem.status() == FORBIDDEN ? organization() : null;
        UUID resource = problem.status() == FORBIDDEN ? ids.innermost().orElse(null) : organization();
        return Event.now(organization, operation, Outcome.DENIED, problem.code(), resource, List.of(), source());
    }

    private Source source() {
        Optional<Identity> identity = caller.authenticated();
        return new Source(
                identity.map(Identity::userId).orElse(null),
                identity.map(known -> known.person().name()).orElse(null),
                identity.flatMap(known -> known.credential().tokenId()).orElse(null),
                addresses.of(context.request()),
                userAgent(),
                RequestIds.of(context));
    }

    private @Nullable String userAgent() {
        return UserAgent.printable(context.request().getHeader("User-Agent"));
    }

    private @Nullable UUID organization() {
        return ids.organization().orElse(null);
    }

    /** The last id of the path, or else the id of the created resource. */
    private @Nullable UUID resource(Operation operation, Optional<ResourceDiff> diff) {
        return operation.parameters().stream()
                .filter(parameter -> parameter.in().equals("path"))
                .map(Parameter::name)
                .reduce((first, second) -> second)
                .filter(name ->
                        !name.equals("organization_id") || !operation.method().equals("POST"))
                .flatMap(ids::of)
                .or(() -> diff.flatMap(ResourceDiff::id))
                .orElse(null);
    }
}
