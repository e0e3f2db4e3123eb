package io.agyn.access;

import static io.agyn.access.Permissions.Reach.ANY_TOKEN;
import static io.agyn.access.Permissions.Reach.UNBOUND_TOKEN;
import static io.agyn.api.model.Role.CLUSTER_ADMIN;
import static java.util.Map.entry;

import io.agyn.api.model.Role;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who may do what: every operation of the contract by its id. One that is missing here is refused to everybody. */
public final class Permissions {
    /** Whether a token that is bound to an organization may do it, within that organization. */
    public enum Reach {
        ANY_TOKEN,
        UNBOUND_TOKEN
    }

    /**
     * What an operation asks of its caller.
     *
     * @param roles the roles that may do it
     * @param reach whether a bound token may do it
     */
    public record Permission(Set<Role> roles, Reach reach) {}

    private static final Map<String, Permission> TABLE = Map.ofEntries(
            operation("getMe", ANY_TOKEN, CLUSTER_ADMIN),
            operation("listOrganizations", ANY_TOKEN, CLUSTER_ADMIN),
            operation("createOrganization", UNBOUND_TOKEN, CLUSTER_ADMIN),
            operation("getOrganization", ANY_TOKEN, CLUSTER_ADMIN),
            operation("updateOrganization", ANY_TOKEN, CLUSTER_ADMIN),
            operation("deleteOrganization", ANY_TOKEN, CLUSTER_ADMIN),
            operation("listSecrets", ANY_TOKEN, CLUSTER_ADMIN),
            operation("createSecret", ANY_TOKEN, CLUSTER_ADMIN),
            operation("getSecret", ANY_TOKEN, CLUSTER_ADMIN),
            operation("updateSecret", ANY_TOKEN, CLUSTER_ADMIN),
            operation("deleteSecret", ANY_TOKEN, CLUSTER_ADMIN),
            operation("listLlmProviders", ANY_TOKEN, CLUSTER_ADMIN),
            operation("createLlmProvider", ANY_TOKEN, CLUSTER_ADMIN),
            operation("getLlmProvider", ANY_TOKEN, CLUSTER_ADMIN),
            operation("updateLlmProvider", ANY_TOKEN, CLUSTER_ADMIN),
            operation("deleteLlmProvider", ANY_TOKEN, CLUSTER_ADMIN),
            operation("listModels", ANY_TOKEN, CLUSTER_ADMIN),
            operation("createModel", ANY_TOKEN, CLUSTER_ADMIN),
            operation("getModel", ANY_TOKEN, CLUSTER_ADMIN),
            operation("updateModel", ANY_TOKEN, CLUSTER_ADMIN),
            operation("deleteModel", ANY_TOKEN, CLUSTER_ADMIN),
            operation("testModel", ANY_TOKEN, CLUSTER_ADMIN),
            operation("getUsage", ANY_TOKEN, CLUSTER_ADMIN),
            operation("listUsageRecords", ANY_TOKEN, CLUSTER_ADMIN),
            operation("listApiTokens", UNBOUND_TOKEN, CLUSTER_ADMIN),
            operation("createApiToken", UNBOUND_TOKEN, CLUSTER_ADMIN),
            operation("getApiToken", UNBOUND_TOKEN, CLUSTER_ADMIN),
            operation("deleteApiToken", UNBOUND_TOKEN, CLUSTER_ADMIN));

    private Permissions() {}

    /** What an operation asks of its caller; nothing where the operation is not declared. */
    public static Optional<Permission> of(String operation) {
        return Optional.ofNullable(TABLE.get(operation));
    }

    /** The operations that are declared. */
    public static Set<String> operations() {
        return TABLE.keySet();
    }

    private static Map.Entry<String, Permission> operation(String id, Reach reach, Role... roles) {
        return entry(id, new Permission(Set.of(roles), reach));
    }
}
