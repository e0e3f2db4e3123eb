package io.agyn.console.rendering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class ErrorPagesTest {
    private String organization;
    private String root;
    private Visitor owner;
    private Visitor member;

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
        root = "/organizations/" + organization;
        owner = Visitor.signedIn(Api.tokenOfNew("owner", organization));
        member = Visitor.signedIn(Api.tokenOfNew("member", organization));
    }

    @Test
    void deniedPageHasTheNavigation() {
        Response rejected = member.get(root + "/llm-providers/new");
        rejected.then().statusCode(403);
        assertThat(rejected.asString())
                .contains(
                        "Permission denied", "Sign out", "All organizations", "aria-label=\"Organization\"", "Back to");
    }

    @Test
    void missingPageHasTheNavigation() {
        Response missing = owner.get(root + "/secrets/" + UUID.randomUUID());
        missing.then().statusCode(404);
        assertThat(missing.asString()).contains("Page not found", "Sign out", "aria-label=\"Organization\"", "Back to");
        Response nobodys = owner.get("/organizations/nobodys");
        nobodys.then().statusCode(404);
        assertThat(nobodys.asString())
                .contains("Page not found", "Sign out", "All organizations", "Back to organizations");
    }

    @Test
    void unknownPathLinksToTheOrganizations() {
        owner.get(root + "/mistyped").then().statusCode(404).body(containsString("Back to organizations"));
    }

    @Test
    void htmxFormRedirectsInTheBrowser() {
        scripted(owner, "/secrets/new", "by-script", "sk-1")
                .then()
                .statusCode(204)
                .header("HX-Redirect", containsString("/secrets"))
                .header("Location", nullValue());
        assertThat(owner.page(root + "/secrets")).contains("by-script");
    }

    @Test
    void rejectedHtmxFormReturnsThePage() {
        scripted(owner, "/secrets/new", "", "sk-1")
                .then()
                .statusCode(422)
                .header("HX-Retarget", nullValue())
                .body(containsString("<main id=\"main\""))
                .body(containsString("autofocus"))
                .body(containsString("#name"));
    }

    @Test
    void htmxErrorIsAboveTheForm() {
        scripted(member, "/llm-providers/new", "mine", "sk-1")
                .then()
                .statusCode(403)
                .header("HX-Retarget", "#trouble")
                .body(containsString("class=\"alert\""));
    }

    @Test
    void deniedRevealIsAboveThePage() {
        String provider = Api.provider(organization, Api.secret(organization, "sk-1"));
        member.request()
                .header("HX-Request", "true")
                .formParam("csrf", Visitor.hidden("csrf", member.page(root)))
                .post(root + "/llm-providers/" + provider + "/reveal")
                .then()
                .statusCode(403)
                .header("HX-Retarget", "#trouble")
                .body(containsString("class=\"alert\""));
    }

    private Response scripted(Visitor visitor, String path, String name, String value) {
        String csrf = Visitor.hidden("csrf", visitor.page(root));
        return visitor.request()
                .header("HX-Request", "true")
                .header("HX-Target", "main")
                .formParam("csrf", csrf)
                .formParam("name", name)
                .formParam("value", value)
                .post(root + path);
    }
}
