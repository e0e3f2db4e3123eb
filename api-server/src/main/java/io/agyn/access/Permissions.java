package io.agyn.access;

import static io.agyn.access.EffectiveRole.CLUSTER_ADMIN;
import static io.agyn.access.EffectiveRole.MEMBER;
import static io.agyn.access.EffectiveRole.OWNER;
import static io.agyn.access.EffectiveRole.USER;
import static io.agyn.access.Permissions.Tokens.ANY_TOKEN;
import static io.agyn.access.Permissions.Tokens.UNBOUND_TOKEN;
import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The permissions of every operation of the contract. An operation that is missing here is denied to everybody.
 * Organizations that the caller does not reach get 404 first. Two operations filter by owner: users other than
 * cluster admins see only their own API tokens, and members see only their own usage.
 */
public final class Permissions {
    /** Whether a token that is bound to an organization may be used within that organization. */
    public enum Tokens {
        ANY_TOKEN,
        UNBOUND_TOKEN
    }

    /**
     * The requirements of an operation.
     *
     * @param roles the roles that may call it
     * @param tokens whether bound tokens may call it
     */
    public record Permission(Set<EffectiveRole> roles, Tokens tokens) {}

    // spotless:off
    private static final Map<String, Permission> TABLE = Map.ofEntries(
            operation("getMe",              ANY_TOKEN,     CLUSTER_ADMIN, USER),
            operation("updateMe",           UNBOUND_TOKEN, CLUSTER_ADMIN, USER),

            operation("listUsers",          UNBOUND_TOKEN, CLUSTER_ADMIN),
            operation("createUser",         UNBOUND_TOKEN, CLUSTER_ADMIN),
            operation("getUser",            UNBOUND_TOKEN, CLUSTER_ADMIN),
            operation("updateUser",         UNBOUND_TOKEN, CLUSTER_ADMIN),
            operation("deleteUser",         UNBOUND_TOKEN, CLUSTER_ADMIN),

            operation("listApiTokens",      UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("createApiToken",     UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("getApiToken",        UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("deleteApiToken",     UNBOUND_TOKEN, CLUSTER_ADMIN, USER),

            operation("listOrganizations",  ANY_TOKEN,     CLUSTER_ADMIN, USER),
            operation("createOrganization", UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("getOrganization",    ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("getOrganizationContents", ANY_TOKEN, CLUSTER_ADMIN, OWNER),
            operation("updateOrganization", ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("deleteOrganization", ANY_TOKEN,     CLUSTER_ADMIN, OWNER),

            operation("listMembers",        ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("addMember",          ANY_TOKEN,     CLUSTER_ADMIN),
            operation("getMember",          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("updateMember",       ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("removeMember",       ANY_TOKEN,     CLUSTER_ADMIN, OWNER),

            operation("leaveOrganization",  ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),

            operation("listInvitations",    ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("createInvitation",   ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("getInvitation",      ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("cancelInvitation",   ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("resendInvitation",   ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("listMyInvitations",  UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("acceptInvitation",   UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("declineInvitation",  UNBOUND_TOKEN, CLUSTER_ADMIN, USER),

            operation("listGroupMappings",  ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("createGroupMapping", ANY_TOKEN,     CLUSTER_ADMIN),
            operation("getGroupMapping",    ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("updateGroupMapping", ANY_TOKEN,     CLUSTER_ADMIN),
            operation("deleteGroupMapping", ANY_TOKEN,     CLUSTER_ADMIN, OWNER),

            operation("listSecrets",        ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("createSecret",       ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("getSecret",          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("updateSecret",       ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("deleteSecret",       ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("revealSecret",       ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("checkSecret",        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),

            operation("listSecretProviders",  ANY_TOKEN,   CLUSTER_ADMIN, OWNER, MEMBER),
            operation("createSecretProvider", ANY_TOKEN,   CLUSTER_ADMIN, OWNER),
            operation("getSecretProvider",    ANY_TOKEN,   CLUSTER_ADMIN, OWNER, MEMBER),
            operation("updateSecretProvider", ANY_TOKEN,   CLUSTER_ADMIN, OWNER),
            operation("deleteSecretProvider", ANY_TOKEN,   CLUSTER_ADMIN, OWNER),
            operation("revealSecretProviderCredentials", ANY_TOKEN, CLUSTER_ADMIN, OWNER),
            operation("checkSecretProvider",  ANY_TOKEN,   CLUSTER_ADMIN, OWNER),

            operation("listLlmProviders",   ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("createLlmProvider",  ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("getLlmProvider",     ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("updateLlmProvider",  ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("deleteLlmProvider",  ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("revealLlmProviderCredentials", ANY_TOKEN, CLUSTER_ADMIN, OWNER),

            operation("listModels",         ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("createModel",        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("getModel",           ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("updateModel",        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("deleteModel",        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("testModel",          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),

            operation("getUsage",           ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("listUsageRecords",   ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),

            operation("listAuditEvents",    ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("exportAuditEvents",  ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("listClusterAuditEvents", UNBOUND_TOKEN, CLUSTER_ADMIN));
    // spotless:on

    private Permissions() {}

    /** Returns the requirements of an operation; empty if it is not declared. */
    public static Optional<Permission> of(String operation) {
        return Optional.ofNullable(TABLE.get(operation));
    }

    public static Set<String> operations() {
        return TABLE.keySet();
    }

    private static Map.Entry<String, Permission> operation(String id, Tokens tokens, EffectiveRole... roles) {
        return entry(id, new Permission(Set.of(roles), tokens));
    }
}
