package io.agyn.access;

import static io.agyn.access.EffectiveRole.CLUSTER_ADMIN;
import static io.agyn.access.EffectiveRole.MEMBER;
import static io.agyn.access.EffectiveRole.OWNER;
import static io.agyn.access.EffectiveRole.USER;
import static io.agyn.access.Permissions.Tokens.ANY_TOKEN;
import static io.agyn.access.Permissions.Tokens.UNBOUND_TOKEN;
import static java.util.Map.entry;

import io.agyn.api.model.TokenScope;
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
     * @param scope the scope that the credential needs; empty for an operation of every credential
     * @param tokens whether bound tokens may call it
     * @param roles the roles that may call it
     */
    public record Permission(Optional<TokenScope> scope, Tokens tokens, Set<EffectiveRole> roles) {}

    private static final Optional<TokenScope> NO_SCOPE = Optional.empty();
    private static final Optional<TokenScope> CALL_MODELS = Optional.of(TokenScope.CALL_MODELS);
    private static final Optional<TokenScope> READ = Optional.of(TokenScope.READ);
    private static final Optional<TokenScope> MANAGE = Optional.of(TokenScope.MANAGE);
    private static final Optional<TokenScope> MANAGE_TOKENS = Optional.of(TokenScope.MANAGE_TOKENS);
    private static final Optional<TokenScope> REVEAL = Optional.of(TokenScope.REVEAL);

    // spotless:off
    private static final Map<String, Permission> TABLE = Map.ofEntries(
            operation("getMe",                            NO_SCOPE,      ANY_TOKEN,     CLUSTER_ADMIN, USER),
            operation("updateMe",                         MANAGE,        UNBOUND_TOKEN, CLUSTER_ADMIN, USER),

            operation("listUsers",                        READ,          UNBOUND_TOKEN, CLUSTER_ADMIN),
            operation("createUser",                       MANAGE,        UNBOUND_TOKEN, CLUSTER_ADMIN),
            operation("getUser",                          READ,          UNBOUND_TOKEN, CLUSTER_ADMIN),
            operation("updateUser",                       MANAGE,        UNBOUND_TOKEN, CLUSTER_ADMIN),
            operation("deleteUser",                       MANAGE,        UNBOUND_TOKEN, CLUSTER_ADMIN),

            operation("listApiTokens",                    READ,          UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("createApiToken",                   MANAGE_TOKENS, UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("getApiToken",                      READ,          UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("updateApiToken",                   MANAGE_TOKENS, UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("deleteApiToken",                   MANAGE_TOKENS, UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("listOrganizationApiTokens",        READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("deleteOrganizationApiToken",       MANAGE_TOKENS, ANY_TOKEN,     CLUSTER_ADMIN, OWNER),

            operation("listOrganizations",                READ,          ANY_TOKEN,     CLUSTER_ADMIN, USER),
            operation("createOrganization",               MANAGE,        UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("getOrganization",                  READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("getOrganizationContents",          READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("updateOrganization",               MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("deleteOrganization",               MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),

            operation("listMembers",                      READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("addMember",                        MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN),
            operation("getMember",                        READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("updateMember",                     MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("removeMember",                     MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),

            operation("leaveOrganization",                MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),

            operation("listInvitations",                  READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("createInvitation",                 MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("getInvitation",                    READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("cancelInvitation",                 MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("resendInvitation",                 MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("listMyInvitations",                READ,          UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("acceptInvitation",                 MANAGE,        UNBOUND_TOKEN, CLUSTER_ADMIN, USER),
            operation("declineInvitation",                MANAGE,        UNBOUND_TOKEN, CLUSTER_ADMIN, USER),

            operation("listGroupMappings",                READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("createGroupMapping",               MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN),
            operation("getGroupMapping",                  READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("updateGroupMapping",               MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN),
            operation("deleteGroupMapping",               MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),

            operation("listLimits",                       READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("createLimit",                      MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("getLimit",                         READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("updateLimit",                      MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("deleteLimit",                      MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),

            operation("listSecrets",                      READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("createSecret",                     MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("getSecret",                        READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("updateSecret",                     MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("deleteSecret",                     MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("revealSecret",                     REVEAL,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("checkSecret",                      MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),

            operation("listSecretProviders",              READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("createSecretProvider",             MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("getSecretProvider",                READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("updateSecretProvider",             MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("deleteSecretProvider",             MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("revealSecretProviderCredentials",  REVEAL,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("checkSecretProvider",              MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),

            operation("listLlmProviders",                 READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("createLlmProvider",                MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("getLlmProvider",                   READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("updateLlmProvider",                MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("deleteLlmProvider",                MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("revealLlmProviderCredentials",     REVEAL,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),

            operation("listModels",                       READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("createModel",                      MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("getModel",                         READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("updateModel",                      MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("deleteModel",                      MANAGE,        ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("testModel",                        CALL_MODELS,   ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),

            operation("getUsage",                         READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),
            operation("listUsageRecords",                 READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER, MEMBER),

            operation("listAuditEvents",                  READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("exportAuditEvents",                READ,          ANY_TOKEN,     CLUSTER_ADMIN, OWNER),
            operation("listClusterAuditEvents",           READ,          UNBOUND_TOKEN, CLUSTER_ADMIN));
    // spotless:on

    private Permissions() {}

    /** Returns the requirements of an operation; empty if it is not declared. */
    public static Optional<Permission> of(String operation) {
        return Optional.ofNullable(TABLE.get(operation));
    }

    public static Set<String> operations() {
        return TABLE.keySet();
    }

    private static Map.Entry<String, Permission> operation(
            String id, Optional<TokenScope> scope, Tokens tokens, EffectiveRole... roles) {
        return entry(id, new Permission(scope, tokens, Set.of(roles)));
    }
}
