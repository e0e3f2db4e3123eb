package io.agyn.groups;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.database.PostgresTestResource;
import io.agyn.oidc.GroupsObserved;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Membership follows the groups of the identity provider; members added by hand stay. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class GroupMappingsTest {
    private static final String MAPPINGS = "/organizations/{org}/group-mappings";
    private static final String MAPPING = MAPPINGS + "/{mapping}";
    private static final String MEMBER = "/organizations/{org}/members/{user}";

    @Inject
    GroupMemberships memberships;

    @Inject
    Event<GroupsObserved> signIns;

    @Inject
    Database database;

    private String organization;
    private String owner;
    private String user;
    private String group;
    private Instant issuedAt = Instant.now();

    @BeforeEach
    void anOwnerAndAUserOutsideOfTheOrganization() {
        organization = Api.organization();
        owner = Api.tokenOfNew("owner", organization);
        user = Api.user();
        group = Api.freshName("team");
    }

    @Test
    void memberJoinsAndLeavesWithTheGroup() {
        map(group, "member");
        signIn(group, "another");
        member("member", "group");
        String bound = Api.tokenOf(user, organization);
        as(bound).get("/organizations/{id}", organization).then().statusCode(200);

        signIn("another");

        noMember();
        as(bound).get("/me").then().statusCode(401);
    }

    @Test
    void mappingAppliesToKnownGroupsAtOnce() {
        signIn(group);
        noMember();
        String mapping = map(group, "member");
        member("member", "group");
        asAdmin()
                .body(Map.of("role", "owner"))
                .put(MAPPING, organization, mapping)
                .then()
                .statusCode(200)
                .body("role", equalTo("owner"));
        member("owner", "group");
        as(owner).delete(MAPPING, organization, mapping).then().statusCode(204);
        noMember();
    }

    @Test
    void highestRoleOfSeveralGroupsApplies() {
        map(group, "member");
        String owners = Api.freshName("owners");
        map(owners, "owner");
        signIn(group, owners);
        member("owner", "group");
        signIn(group);
        member("member", "group");
    }

    @Test
    void manualMemberStaysWithTheirRole() {
        Api.join(organization, user, "member");
        String mapping = map(group, "owner");
        signIn(group);
        member("member", "manual");
        signIn();
        member("member", "manual");
        as(owner).delete(MAPPING, organization, mapping).then().statusCode(204);
        member("member", "manual");
    }

    @Test
    void memberByGroupBecomesManualByHand() {
        map(group, "member");
        signIn(group);
        as(owner)
                .body(Map.of("role", "owner"))
                .put(MEMBER, organization, user)
                .then()
                .statusCode(200);
        member("owner", "manual");

        String other = user;
        user = Api.user();
        signIn(group);
        Api.join(organization, user, "member");
        member("member", "manual");
        signIn();
        member("member", "manual");
        assertThat(other).isNotEqualTo(user);
    }

    @Test
    void memberByGroupIsRemovedOnlyWithTheGroup() {
        map(group, "member");
        signIn(group);
        as(owner).delete(MEMBER, organization, user).then().statusCode(409).body("code", equalTo("member_by_group"));
        as(Api.tokenOf(user))
                .delete("/me/memberships/{id}", organization)
                .then()
                .statusCode(409)
                .body("code", equalTo("member_by_group"));
        member("member", "group");
    }

    @Test
    void lastOwnerByGroupLeavesAndAClusterAdminAddsAnother() {
        String empty = Api.organization();
        asAdmin()
                .body(Map.of("group", group, "role", "owner"))
                .post(MAPPINGS, empty)
                .then()
                .statusCode(201);
        signIn(group);
        Api.leave(empty, Api.get("/me").extract().path("id"));
        signIn();
        Api.get("/organizations/{org}/members", empty).body("items", equalTo(List.of()));
        Api.join(empty, user, "owner");
    }

    @Test
    void auditLogRecordsWhoJoinsAndLeavesByGroup() {
        map(group, "member");
        signIn(group);
        signIn(group);
        signIn();
        as(owner)
                .get("/organizations/{org}/audit-events", organization)
                .then()
                .statusCode(200)
                .body("items[0].operation", equalTo("leaveByGroup"), "items[1].operation", equalTo("joinByGroup"))
                .body("items[0].user_id", equalTo(user), "items[0].resource_id", equalTo(user));
    }

    @Test
    void signInAtTheIdentityProviderAppliesTheGroups() {
        map(group, "member");
        QuarkusTransaction.requiringNew()
                .run(() -> signIns.fire(new GroupsObserved(UUID.fromString(user), Set.of(group), Instant.now())));
        member("member", "group");
    }

    @Test
    void olderTokenChangesNothing() {
        map(group, "member");
        Instant old = issuedAt;
        signIn(group);
        memberships.sync(UUID.fromString(user), List.of(), old);
        member("member", "group");
    }

    @Test
    void onlyTheFirst200UsableGroupsCount() throws SQLException {
        List<String> groups = new ArrayList<>(
                IntStream.range(0, 300).mapToObj("group-%03d"::formatted).toList());
        groups.addAll(List.of("", "a".repeat(257), "nul\0", "line\nfeed"));
        signIn(groups.toArray(String[]::new));
        assertThat(database.column(
                        String.class,
                        "select unnest(names) from user_groups where user_id = '" + UUID.fromString(user) + "'"))
                .hasSize(200)
                .contains("group-000", "group-199");
    }

    @Test
    void groupIsMappedOnceInAnOrganization() {
        map(group, "member");
        asAdmin()
                .body(Map.of("group", group, "role", "owner"))
                .post(MAPPINGS, organization)
                .then()
                .statusCode(409)
                .body("code", equalTo("group_mapping_exists"), "errors[0].pointer", equalTo("/group"));
        asAdmin()
                .body(Map.of("group", group, "role", "owner"))
                .post(MAPPINGS, Api.organization())
                .then()
                .statusCode(201);
    }

    @Test
    void mappingsAreListedAndFoundByGroup() {
        String first = map(group, "member");
        String second = map(Api.freshName("other"), "member");
        as(owner).get(MAPPINGS, organization).then().body("items.id", equalTo(List.of(first, second)));
        for (Map<String, String> filter : List.of(
                Map.of("group", group), Map.of("search", group.substring(2, 20).toUpperCase(Locale.ROOT)))) {
            as(owner).queryParams(filter).get(MAPPINGS, organization).then().body("items.id", equalTo(List.of(first)));
        }
    }

    @Test
    void mappingsOfAnOrganizationAreLimited() throws SQLException {
        database.execute("""
            insert into group_mapping (id, organization_id, group_name, role, created_at, updated_at)
            select gen_random_uuid(), ?, 'group ' || n, 'member', now(), now() from generate_series(1, 200) n\
            """, UUID.fromString(organization));
        asAdmin()
                .body(Map.of("group", group, "role", "member"))
                .post(MAPPINGS, organization)
                .then()
                .statusCode(409)
                .body("code", equalTo("limit_reached"));
    }

    @Test
    void mappingChangesOnlyIfTheEntityTagMatches() {
        String mapping = map(group, "member");
        String stale = "\"0123456789abcdef0123456789abcdef\"";
        asAdmin()
                .header("If-Match", stale)
                .body(Map.of("role", "owner"))
                .put(MAPPING, organization, mapping)
                .then()
                .statusCode(412);
        as(owner)
                .header("If-Match", stale)
                .delete(MAPPING, organization, mapping)
                .then()
                .statusCode(412);
    }

    @Test
    void ownersSeeAndDeleteMappingsButCreateNone() {
        String mapping = map(group, "member");
        as(owner).get(MAPPING, organization, mapping).then().statusCode(200);
        as(owner)
                .body(Map.of("group", Api.freshName("everyone"), "role", "member"))
                .post(MAPPINGS, organization)
                .then()
                .statusCode(403);
        as(owner)
                .body(Map.of("role", "owner"))
                .put(MAPPING, organization, mapping)
                .then()
                .statusCode(403);
        as(owner).delete(MAPPING, organization, mapping).then().statusCode(204);
    }

    @Test
    void otherTenantsFindNoMapping() {
        String mapping = map(group, "member");
        as(Api.tokenOfNew("owner", Api.organization()))
                .get(MAPPING, organization, mapping)
                .then()
                .statusCode(404);
        asAdmin().get(MAPPING, Api.organization(), mapping).then().statusCode(404);
    }

    @Test
    void organizationIsDeletedWithItsMappingsAndMembersByGroup() {
        map(group, "member");
        signIn(group);
        as(owner).delete("/organizations/{id}", organization).then().statusCode(204);
        signIn(group, "another");
    }

    @RepeatedTest(10)
    void mappingAndSignInAtTheSameTimeMakeAMember() {
        Callable<Integer> mapping = () -> asAdmin()
                .body(Map.of("group", group, "role", "member"))
                .post(MAPPINGS, organization)
                .statusCode();
        Callable<Integer> signIn = () -> {
            signIn(group);
            return 201;
        };

        assertThat(Set.copyOf(Api.inParallel(List.of(mapping, signIn)))).containsExactly(201);

        member("member", "group");
    }

    /** The user signs in with groups, after all earlier sign-ins. */
    private void signIn(String... groups) {
        issuedAt = issuedAt.plusSeconds(1);
        memberships.sync(UUID.fromString(user), List.of(groups), issuedAt);
    }

    private String map(String name, String role) {
        return asAdmin()
                .body(Map.of("group", name, "role", role))
                .post(MAPPINGS, organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private void member(String role, String source) {
        Api.get(MEMBER, organization, user).body("role", equalTo(role), "source", equalTo(source));
    }

    private void noMember() {
        asAdmin().get(MEMBER, organization, user).then().statusCode(404);
    }
}
