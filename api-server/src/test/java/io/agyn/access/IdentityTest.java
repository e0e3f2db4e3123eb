package io.agyn.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.MemberRole;
import io.agyn.api.model.Role;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class IdentityTest {
    private static final UUID OWNED = UUID.randomUUID();
    private static final UUID JOINED = UUID.randomUUID();
    private static final UUID OTHER = UUID.randomUUID();
    private static final Map<UUID, MemberRole> MEMBERSHIPS = Map.of(OWNED, MemberRole.OWNER, JOINED, MemberRole.MEMBER);

    @Test
    void userReachesOnlyTheirOrganizations() {
        Identity user = identity(Role.USER, Optional.empty(), Optional.empty());
        assertThat(user.reaches(OWNED)).isTrue();
        assertThat(user.reaches(JOINED)).isTrue();
        assertThat(user.reaches(OTHER)).isFalse();
    }

    @Test
    void roleDependsOnTheOrganization() {
        Identity user = identity(Role.USER, Optional.empty(), Optional.empty());
        assertThat(user.effectiveRole()).isEqualTo(EffectiveRole.USER);
        assertThat(user.effectiveRoleIn(OWNED)).contains(EffectiveRole.OWNER);
        assertThat(user.effectiveRoleIn(JOINED)).contains(EffectiveRole.MEMBER);
        assertThat(user.effectiveRoleIn(OTHER)).isEmpty();
    }

    @Test
    void clusterAdminHasTheirRoleEverywhere() {
        Identity admin = identity(Role.CLUSTER_ADMIN, Optional.empty(), Optional.empty());
        assertThat(admin.effectiveRole()).isEqualTo(EffectiveRole.CLUSTER_ADMIN);
        assertThat(admin.effectiveRoleIn(OWNED)).contains(EffectiveRole.CLUSTER_ADMIN);
        assertThat(admin.effectiveRoleIn(OTHER)).contains(EffectiveRole.CLUSTER_ADMIN);
    }

    @Test
    void boundTokenReachesOneOrganization() {
        for (Role role : Role.values()) {
            Identity bound = identity(role, Optional.of(OWNED), Optional.empty());
            assertThat(bound.reaches(OWNED)).isTrue();
            assertThat(bound.reaches(JOINED)).isFalse();
            assertThat(bound.effectiveRoleIn(JOINED)).isEmpty();
        }
    }

    @Test
    void tokenBoundToAForeignOrganizationReachesNoModels() {
        Identity bound = identity(Role.USER, Optional.of(OTHER), Optional.empty());
        assertThat(bound.reaches(OTHER)).isFalse();
        assertThat(bound.reaches(OWNED)).isFalse();
    }

    @Test
    void tokenIsInvalidFromItsExpiryOn() {
        Instant expiry = Instant.parse("2026-01-31T12:00:00Z");
        Identity expiring = identity(Role.USER, Optional.empty(), Optional.of(expiry));
        assertThat(expiring.credential().isValidAt(expiry.minusMillis(1))).isTrue();
        assertThat(expiring.credential().isValidAt(expiry)).isFalse();
        assertThat(expiring.credential().isValidAt(expiry.plusMillis(1))).isFalse();
        assertThat(identity(Role.USER, Optional.empty(), Optional.empty())
                        .credential()
                        .isValidAt(Instant.MAX))
                .isTrue();
    }

    @Test
    void failureNamesTheExpiryOfAStoredTokenOnly() {
        Instant expiry = Instant.parse("2026-01-31T12:00:00Z");
        assertThat(FailedTokens.reason(Optional.of(identity(Role.USER, Optional.empty(), Optional.of(expiry)))))
                .isEqualTo("The API token expired at 2026-01-31T12:00:00Z.");
        assertThat(FailedTokens.reason(Optional.empty())).contains("unknown or revoked");
    }

    @Test
    void equalScopesShareACacheEntry() {
        OrganizationScope scope = OrganizationScope.of(Set.of(OWNED, JOINED));
        assertThat(scope)
                .isEqualTo(OrganizationScope.of(Set.of(JOINED, OWNED)))
                .hasSameHashCodeAs(OrganizationScope.of(Set.of(JOINED, OWNED)))
                .isNotEqualTo(OrganizationScope.of(Set.of(OWNED)))
                .isNotEqualTo(OrganizationScope.ALL)
                .isNotEqualTo(OWNED);
        assertThat(scope.hashCode())
                .isNotEqualTo(OrganizationScope.of(Set.of(OWNED)).hashCode());
    }

    @Test
    void scopeOfAllIncludesFutureOrganizations() {
        assertThat(OrganizationScope.ALL.includes(UUID.randomUUID())).isTrue();
        assertThat(OrganizationScope.ALL.organizations()).isEmpty();
        assertThat(OrganizationScope.ALL.within(OTHER)).isEqualTo(OrganizationScope.of(Set.of(OTHER)));
        assertThat(OrganizationScope.ALL).hasToString("all organizations");
        assertThat(OrganizationScope.of(Set.of(OTHER))).hasToString("[" + OTHER + "]");
        assertThat(OrganizationScope.of(Set.of(OTHER)).organizations()).contains(Set.of(OTHER));
    }

    private static Identity identity(Role role, Optional<UUID> binding, Optional<Instant> expiry) {
        return new Identity(
                new Person(UUID.randomUUID(), "ada", "Ada", role, MEMBERSHIPS),
                Credential.apiToken(UUID.randomUUID(), binding, expiry, Optional.empty()),
                Optional.empty());
    }
}
