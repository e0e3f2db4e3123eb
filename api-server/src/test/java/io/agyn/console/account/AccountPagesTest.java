package io.agyn.console.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class AccountPagesTest {
    private static final String PAGE = "/account";
    private static final String HOME = "home_organization_id";

    private String first;
    private String second;
    private String user;
    private String token;

    @BeforeEach
    void createMemberOfTwoOrganizations() {
        first = Api.organization();
        second = Api.organization();
        user = Api.user();
        token = Api.tokenOf(user);
        Api.join(first, user, "member");
        Api.join(second, user, "member");
    }

    @Test
    void homeOrganizationIsChosen() {
        Visitor visitor = Visitor.signedIn(token);
        String username = Api.get("/users/{id}", user).extract().path("username");
        assertThat(visitor.page("/organizations")).contains("Signed in as <code>" + username + "</code>", "/account");
        assertThat(visitor.page(PAGE)).contains("<code>" + username + "</code>", "value=\"" + first + "\" selected");
        visitor.submit(PAGE, Map.of(HOME, second)).then().statusCode(303);
        assertThat(visitor.page(PAGE))
                .contains("Your home organization was saved.", "value=\"" + second + "\" selected");
        Api.as(token).get("/me").then().body(HOME, equalTo(second));
        visitor.submit(PAGE, Map.of(HOME, "nowhere"))
                .then()
                .statusCode(422)
                .body(containsString("No organization has this slug."));
        visitor.submit(PAGE, Map.of(HOME, "")).then().statusCode(303);
        Api.as(token).get("/me").then().body(HOME, equalTo(first));
    }

    @Test
    void boundTokenHasItsOrganizationAsHome() {
        Visitor bound = Visitor.signedIn(Api.tokenOf(user, second));
        String name = Api.get("/organizations/{id}", second).extract().path("name");
        assertThat(bound.page(PAGE))
                .contains("bound to <bdi>" + name + "</bdi>")
                .doesNotContain("<select");
        bound.submit(PAGE, Map.of(HOME, first)).then().statusCode(403);
    }
}
