package io.agyn.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.api.model.MemberRole;
import io.agyn.api.model.Role;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.settings.Settings.OrganizationCreation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link AccessTest} checks the same through the API. */
@Timeout(10)
class AuthorizationTest {
    private static final UUID OWN = UUID.randomUUID();
    private static final UUID OTHER = UUID.randomUUID();
    private static final UUID DELETED = UUID.randomUUID();

    private final Caller caller = new Caller();
    private final PathIds ids = new PathIds();
    private final List<String> denials = new ArrayList<>();
    private final Access access = access(OrganizationCreation.USERS);

    private Access access(OrganizationCreation creation) {
        return new Access(Set.of(OWN, OTHER)::contains, caller, ids, denialLog(), creation);
    }

    private DenialLog denialLog() {
        return new DenialLog() {
            @Override
            public void log(String operation, ProblemKind problem) {
                denials.add(operation + " " + problem.name());
            }

            @Override
            public void log(String operation, ProblemKind problem, Sender sender) {
                throw new AssertionError("the sender is authenticated");
            }
        };
    }

    @Test
    void membersReadTheirOrganizationAndOwnersChangeIt() {
        signIn(Role.USER, Map.of(OWN, MemberRole.MEMBER), Optional.empty());
        assertAllowed("getOrganization", OWN);
        assertDenied("updateOrganization", OWN, ProblemKind.FORBIDDEN);

        signIn(Role.USER, Map.of(OWN, MemberRole.OWNER), Optional.empty());
        assertAllowed("updateOrganization", OWN);
    }

    @Test
    void nonMembersGet404() {
        signIn(Role.USER, Map.of(OWN, MemberRole.OWNER), Optional.empty());
        assertDenied("getOrganization", OTHER, ProblemKind.NOT_FOUND);
        assertDenied("updateOrganization", OTHER, ProblemKind.NOT_FOUND);
    }

    @Test
    void clusterAdminsReachAllOrganizationsThatExist() {
        signIn(Role.CLUSTER_ADMIN, Map.of(), Optional.empty());
        assertAllowed("deleteOrganization", OTHER);
        assertAllowed("createOrganization", null);
        assertDenied("deleteOrganization", DELETED, ProblemKind.NOT_FOUND);
    }

    @Test
    void invalidOrganizationIdGets404() {
        signIn(Role.CLUSTER_ADMIN, Map.of(), Optional.empty());
        assertThatThrownBy(() -> access.require("getOrganization", Map.of("organization_id", "acme")))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.kind()).isEqualTo(ProblemKind.NOT_FOUND));
    }

    @Test
    void usersCannotCallOperationsOfClusterAdmins() {
        signIn(Role.USER, Map.of(OWN, MemberRole.OWNER), Optional.empty());
        assertDenied("createUser", null, ProblemKind.FORBIDDEN);
        assertAllowed("listOrganizations", null);
    }

    @Test
    void settingReservesTheCreationOfOrganizationsToClusterAdmins() {
        Access reserved = access(OrganizationCreation.ADMINS);
        signIn(Role.USER, Map.of(OWN, MemberRole.OWNER), Optional.empty());
        assertAllowed("createOrganization", null);
        assertThat(reserved.allows("createOrganization", Optional.empty())).isFalse();
        assertThatThrownBy(() -> reserved.require("createOrganization", Map.of()))
                .hasMessageContaining("AGYN_ORGANIZATION_CREATION=admins")
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.kind()).isEqualTo(ProblemKind.FORBIDDEN));
        assertThat(denials).containsExactly("createOrganization FORBIDDEN");
        signIn(Role.CLUSTER_ADMIN, Map.of(), Optional.empty());
        assertThat(reserved.allows("createOrganization", Optional.empty())).isTrue();
        reserved.require("createOrganization", Map.of());
    }

    @Test
    void boundTokensCannotLeaveTheirOrganization() {
        signIn(Role.CLUSTER_ADMIN, Map.of(), Optional.of(OWN));
        assertAllowed("updateOrganization", OWN);
        assertDenied("updateOrganization", OTHER, ProblemKind.NOT_FOUND);
        assertDenied("createOrganization", null, ProblemKind.FORBIDDEN);
        assertDenied("createApiToken", null, ProblemKind.FORBIDDEN);
        assertAllowed("getMe", null);
    }

    @Test
    void undeclaredOperationsAreDeniedToEverybody() {
        signIn(Role.CLUSTER_ADMIN, Map.of(), Optional.empty());
        assertThatThrownBy(() -> access.require("dropDatabase", Map.of()))
                .hasMessageContaining("No role has permission")
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.kind()).isEqualTo(ProblemKind.FORBIDDEN));
    }

    @Test
    void denialsAreLoggedByOperation() {
        signIn(Role.USER, Map.of(OWN, MemberRole.MEMBER), Optional.empty());
        access.require("getOrganization", path(OWN));
        assertThat(denials).isEmpty();
        assertThatThrownBy(() -> access.require("updateOrganization", path(OWN)));
        assertThatThrownBy(() -> access.require("getOrganization", path(OTHER)));
        assertThat(denials).containsExactly("updateOrganization FORBIDDEN", "getOrganization NOT_FOUND");
    }

    @Test
    void failedAuthenticationIsLoggedAndSetsNoCaller() {
        assertThatThrownBy(() -> access.require("getMe", Optional.of("getMe"), () -> {
                    throw new ProblemException(ProblemKind.UNAUTHENTICATED, "no token");
                }))
                .hasMessageContaining("no token");
        assertThat(denials).containsExactly("getMe UNAUTHENTICATED");
        assertThat(caller.authenticated()).isEmpty();
    }

    @Test
    void authorizedCallerIsKnownToTheOperation() {
        Identity identity = identity(Role.USER, Map.of(), Optional.empty());
        access.require("getMe", Optional.of("getMe"), () -> identity);
        assertThat(caller.identity()).isSameAs(identity);
    }

    @Test
    void slowRequestIsAuthorizedAgain() {
        List<String> checks = new ArrayList<>();
        caller.authorize(() -> checks.add("authorized"));
        assertThat(checks).hasSize(1);
        caller.reauthorize();
        assertThat(checks).hasSize(2);
    }

    private void assertAllowed(String operation, UUID organization) {
        assertThatCode(() -> access.require(operation, path(organization))).doesNotThrowAnyException();
        assertThat(access.allows(operation, Optional.ofNullable(organization))).isTrue();
    }

    /** The Console hides operations that {@code allows} denies; it knows only organizations that exist. */
    private void assertDenied(String operation, UUID organization, ProblemKind reason) {
        assertThatThrownBy(() -> access.require(operation, path(organization)))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.kind()).isEqualTo(reason));
        if (!DELETED.equals(organization)) {
            assertThat(access.allows(operation, Optional.ofNullable(organization)))
                    .isFalse();
        }
    }

    private void signIn(Role role, Map<UUID, MemberRole> memberships, Optional<UUID> binding) {
        caller.set(identity(role, memberships, binding));
    }

    private static Identity identity(Role role, Map<UUID, MemberRole> memberships, Optional<UUID> binding) {
        return new Identity(
                new Person(UUID.randomUUID(), "ada", "Ada", role, memberships),
                Credential.apiToken(UUID.randomUUID(), binding, Optional.empty(), Optional.empty()),
                Optional.empty());
    }

    private static Map<String, String> path(UUID organization) {
        return organization == null ? Map.of() : Map.of("organization_id", organization.toString());
    }
}
