package io.agyn.console.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.groups.GroupMemberships;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class GroupMappingsPagesTest {
    @Inject
    GroupMemberships memberships;

    private String organization;
    private String mappings;
    private Visitor owner;
    private Visitor admin;

    @BeforeEach
    void anOwnerAndAnAdmin() {
        organization = Api.organization();
        mappings = "/organizations/" + organization + "/group-mappings";
        owner = Visitor.signedIn(Api.tokenOfNew("owner", organization));
        admin = Visitor.signedIn(Api.adminToken());
    }

    @Test
    void adminMapsAGroupAndChangesItsRoleAndOwnerDeletesIt() {
        assertThat(owner.page(mappings)).contains("No groups yet");
        admin.submit(mappings + "/new", Map.of("group", "team", "role", "member"))
                .then()
                .statusCode(303);
        String id = Api.get("/organizations/{o}/group-mappings", organization)
                .extract()
                .path("items[0].id");
        assertThat(owner.page(mappings)).contains("/group-mappings/" + id).doesNotContain("Map group");
        admin.submit(mappings + "/" + id, Map.of("role", "owner")).then().statusCode(303);
        Api.get("/organizations/{o}/group-mappings/{m}", organization, id).body("role", equalTo("owner"));
        assertThat(owner.page(mappings + "/" + id + "/delete")).contains("only by this group");
        owner.submit(mappings + "/" + id + "/delete", Map.of()).then().statusCode(303);
        assertThat(owner.page(mappings)).contains("No groups yet");
        assertThat(owner.page("/organizations/" + organization + "/audit")).contains("created group mapping");
    }

    @Test
    void memberByGroupIsMarked() {
        String group = Api.freshName("team");
        admin.submit(mappings + "/new", Map.of("group", group, "role", "member"))
                .then()
                .statusCode(303);
        String user = Api.user();
        memberships.sync(UUID.fromString(user), List.of(group), Instant.now());
        String members = "/organizations/" + organization + "/members";
        assertThat(owner.page(members)).containsOnlyOnce(">by group</span>");
        assertThat(owner.page(members + "/" + user))
                .contains(">by group</span>")
                .doesNotContain("Remove…");
        owner.submit(members, members + "/" + user + "/remove", Map.of())
                .then()
                .statusCode(409)
                .body(containsString("role=\"alert\""));
    }

    @Test
    void mappedGroupIsAConflict() {
        Map<String, String> fields = Map.of("group", "team", "role", "member");
        admin.submit(mappings + "/new", fields).then().statusCode(303);
        admin.submit(mappings + "/new", fields).then().statusCode(409).body(containsString("mapped already"));
    }

    @Test
    void membersSeeNoMappings() {
        Visitor member = Visitor.signedIn(Api.tokenOfNew("member", organization));
        member.get(mappings).then().statusCode(403);
        member.get(mappings + "/new").then().statusCode(403);
    }
}
