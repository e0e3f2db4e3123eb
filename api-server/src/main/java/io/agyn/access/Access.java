package io.agyn.access;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Permissions.Permission;
import io.agyn.access.Permissions.Tokens;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.settings.Settings;
import io.agyn.settings.Settings.OrganizationCreation;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Authorizes operations: the caller's role must permit them, and the caller must reach the organization. Denials are
 * logged.
 */
@Singleton
public final class Access {
    private static final String CREATE_ORGANIZATION = "createOrganization";
    private static final String ADD_MEMBER = "addMember";

    private final Tenants tenants;
    private final Caller caller;
    private final PathIds ids;
    private final DenialLog denials;
    private final OrganizationCreation creation;

    @Inject
    Access(Tenants tenants, Caller caller, PathIds ids, DenialLog denials, Settings settings) {
        this(tenants, caller, ids, denials, settings.organizationCreation());
    }

    Access(Tenants tenants, Caller caller, PathIds ids, DenialLog denials, OrganizationCreation creation) {
        this.tenants = requireNonNull(tenants, "tenants is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.ids = requireNonNull(ids, "ids is null");
        this.denials = requireNonNull(denials, "denials is null");
        this.creation = requireNonNull(creation, "creation is null");
    }

    /**
     * Authorizes an authenticated caller.
     *
     * @param operation an operation id of the contract
     * @param path the ids in its path, by parameter name
     * @throws ProblemException if the caller may not
     */
    public void require(String operation, Map<String, String> path) {
        ids.set(path);
        require(operation, Optional.of(operation), caller::identity);
    }

    /**
     * Whether {@link #require} would allow an operation, in an organization that the caller reaches or outside of
     * any.
     */
    public boolean allows(String operation, Optional<UUID> organization) {
        Identity identity = caller.identity();
        Permission permission = permission(Optional.of(operation));
        return organization.map(identity::effectiveRoleIn).orElse(Optional.of(identity.effectiveRole())).stream()
                        .anyMatch(role -> permission.roles().contains(role) && !isReserved(operation, role))
                && (permission.tokens() == Tokens.ANY_TOKEN
                        || identity.credential().organization().isEmpty())
                && permission.scope().stream().allMatch(identity.credential().rights()::has);
    }

    /**
     * Authorizes a caller.
     *
     * @param name the operation's name in the log of denials
     * @param operation an operation id of the contract; empty for other requests
     * @param identify authenticates the caller
     * @throws ProblemException if the caller may not
     */
    void require(String name, Optional<String> operation, Supplier<Identity> identify) {
        try {
            Identity identity = identify.get();
            caller.set(identity);
            Permission permission = permission(operation);
            EffectiveRole role = ids.nameAnOrganization() ? role(identity) : identity.effectiveRole();
            authorize(identity, name, permission, role);
            if (operation.filter(id -> isReserved(id, role)).isPresent()) {
                throw new ProblemException(
                        ProblemKind.FORBIDDEN,
                        "Only cluster admins create organizations on this server (AGYN_ORGANIZATION_CREATION=admins).");
            }
        } catch (ProblemException e) {
            denials.log(name, e.kind());
            throw e;
        }
    }

    /** Whether a setting reserves an operation to cluster admins. */
    private boolean isReserved(String operation, EffectiveRole role) {
        return operation.equals(CREATE_ORGANIZATION)
                && role != EffectiveRole.CLUSTER_ADMIN
                && creation == OrganizationCreation.ADMINS;
    }

    private static Permission permission(Optional<String> operation) {
        return operation
                .flatMap(Permissions::of)
                .orElseThrow(() ->
                        new ProblemException(ProblemKind.FORBIDDEN, "No role has permission for this operation."));
    }

    /** An organization out of reach gets the same 404 as one that does not exist. */
    private EffectiveRole role(Identity identity) {
        return ids.organization()
                .filter(identity::reaches)
                .filter(tenants::exists)
                .flatMap(identity::effectiveRoleIn)
                .orElseThrow(() -> ProblemException.notFound("organization"));
    }

    private static void authorize(Identity identity, String name, Permission permission, EffectiveRole role) {
        if (!permission.roles().contains(role)) {
            throw new ProblemException(
                    ProblemKind.FORBIDDEN,
                    role == EffectiveRole.OWNER && name.equals(ADD_MEMBER)
                            ? "Only cluster admins add members directly; invite the user (createInvitation)."
                            : "Your role does not allow this; ask an organization owner or a cluster admin.");
        }
        if (permission.tokens() == Tokens.UNBOUND_TOKEN
                && identity.credential().organization().isPresent()) {
            throw new ProblemException(
                    ProblemKind.FORBIDDEN, "The API token is bound to an organization; use one that is not.");
        }
        permission
                .scope()
                .filter(scope -> !identity.credential().rights().has(scope))
                .ifPresent(scope -> {
                    throw InsufficientScope.of(
                            scope, "The API token lacks the scope " + scope + "; use one that has it.");
                });
    }
}
