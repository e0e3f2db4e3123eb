package io.agyn.access;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Permissions.Permission;
import io.agyn.access.Permissions.Tokens;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** May the caller do this, and is the organization that it is done in one that they reach? What is refused is noted. */
@Singleton
public final class Access {
    private final Tenants tenants;
    private final Caller caller;
    private final PathIds ids;
    private final DenialLog refusals;

    Access(Tenants tenants, Caller caller, PathIds ids, DenialLog refusals) {
        this.tenants = requireNonNull(tenants, "tenants is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.ids = requireNonNull(ids, "ids is null");
        this.refusals = requireNonNull(refusals, "refusals is null");
    }

    /**
     * Lets a caller who is known already do something.
     *
     * @param operation an operation of the contract, by its id
     * @param path the ids that its path holds, by the names of its parameters
     * @throws ProblemException where they may not
     */
    public void require(String operation, Map<String, String> path) {
        ids.set(path);
        require(operation, Optional.of(operation), caller::identity);
    }

    /** Whether {@link #require} would let the caller do something, in an organization that they reach or outside of any. */
    public boolean allows(String operation, Optional<UUID> organization) {
        Identity identity = caller.identity();
        Permission permission = permission(Optional.of(operation));
        return organization.map(identity::standingIn).orElse(Optional.of(identity.standing())).stream()
                        .anyMatch(permission.standings()::contains)
                && (permission.tokens() == Tokens.ANY_TOKEN
                        || identity.boundOrganization().isEmpty());
    }

    /**
     * Lets a caller do something.
     *
     * @param name by which it is noted that they may not
     * @param operation an operation of the contract, by its id; nothing where it is none
     * @param identify says who the caller is
     * @throws ProblemException where they may not
     */
    void require(String name, Optional<String> operation, Supplier<Identity> identify) {
        try {
            Identity identity = identify.get();
            caller.set(identity);
            Permission permission = permission(operation);
            authorize(identity, permission, ids.nameOrganization() ? standing(identity) : identity.standing());
        } catch (ProblemException e) {
            refusals.note(name, e.kind());
            throw e;
        }
    }

    private static Permission permission(Optional<String> operation) {
        return operation
                .flatMap(Permissions::of)
                .orElseThrow(() -> new ProblemException(
                        ProblemKind.FORBIDDEN, "Nobody may do this: the operation is not among the permissions."));
    }

    /** An organization that is out of reach answers as one that does not exist. */
    private EffectiveRole standing(Identity identity) {
        return ids.organization()
                .filter(identity::reaches)
                .filter(tenants::exists)
                .flatMap(identity::standingIn)
                .orElseThrow(() -> ProblemException.notFound("organization"));
    }

    private static void authorize(Identity identity, Permission permission, EffectiveRole standing) {
        if (!permission.standings().contains(standing)) {
            throw new ProblemException(
                    ProblemKind.FORBIDDEN,
                    "Your role does not allow this; ask an owner of the organization, or a cluster admin.");
        }
        if (permission.tokens() == Tokens.UNBOUND_TOKEN
                && identity.boundOrganization().isPresent()) {
            throw new ProblemException(
                    ProblemKind.FORBIDDEN, "The API token is bound to an organization; use one that is not.");
        }
    }
}
