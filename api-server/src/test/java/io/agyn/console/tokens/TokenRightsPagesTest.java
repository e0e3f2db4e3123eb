package io.agyn.console.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Scopes and models in the forms of tokens, and the list of all users' tokens. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class TokenRightsPagesTest {
    private String organization;
    private String user;
    private String model;
    private Visitor owner;
    private String tokens;

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
        user = Api.user();
        Api.join(organization, user, "owner");
        model = Api.model(organization, Api.provider(organization, Api.secret(organization, "v")));
        owner = Visitor.signedIn(Api.tokenOf(user));
        tokens = "/organizations/" + organization + "/tokens";
    }

    @Test
    void presetsChooseScopes() {
        assertThat(checked(owner.page(tokens + "/new"))).containsExactly("call_models");
        assertThat(checked(owner.page(tokens + "/new?preset=automation"))).containsExactly("read", "manage");
    }

    @Test
    void tokenNeedsAScope() {
        owner.submit(tokens + "/new", Map.of("description", "CI", "organization_id", organization))
                .then()
                .statusCode(422)
                .body(containsString("Choose at least one"));
    }

    @Test
    void rightsOfATokenAreChanged() {
        String id = id(Map.of("user_id", user, "organization_id", organization));
        String path = tokens + "/" + id;
        assertThat(checked(owner.page(path + "/edit"))).hasSize(5);

        owner.submit(path + "/edit", Map.of("description", "Agents", "scopes", "call_models", "model_ids", model))
                .then()
                .statusCode(303)
                .header("Location", endsWith("/tokens/" + id));

        Api.get("/api-tokens/{id}", id)
                .body("description", equalTo("Agents"))
                .body("scopes", equalTo(List.of("call_models")))
                .body("model_ids", equalTo(List.of(model)));
        String name = Api.get("/organizations/{o}/models/{m}", organization, model)
                .extract()
                .path("name");
        assertThat(owner.page(path)).contains("<code>call_models</code>", name);
    }

    @Test
    void ownersSeeAndRevokeTheTokensOfAllUsers() {
        String member = Api.user();
        Api.join(organization, member, "member");
        String used = Api.tokenOf(member, organization);
        Api.as(used).get("/me").then().statusCode(200);
        String id = Api.as(used).get("/me").path("api_token_id");
        String unused = id(Map.of("user_id", user, "organization_id", organization, "description", "nightly"));
        String all = "/organizations/" + organization + "/all-tokens";

        assertThat(owner.page(all)).contains(id, unused, "from 127.0.0.1");
        assertThat(owner.page(all + "?state=unused")).contains(unused).doesNotContain(id);
        assertThat(owner.page(all + "?state=expiring")).doesNotContain(unused, id);
        owner.submit(all + "/" + id + "/revoke", Map.of()).then().statusCode(303);
        Api.as(used).get("/me").then().statusCode(401);

        Visitor.signedIn(Api.tokenOf(member)).get(all).then().statusCode(403);
        Visitor.signedIn(Api.tokenOfNew("owner", Api.organization()))
                .get(all)
                .then()
                .statusCode(404);
    }

    @Test
    void oldAddressesRedirect() {
        owner.get("/api-tokens").then().statusCode(303).header("Location", equalTo("/tokens"));
        owner.get("/activity/usage")
                .then()
                .statusCode(303)
                .header("Location", equalTo("/organizations/" + organization + "/usage"));
        owner.get("/organizations/" + organization + "/activity/usage")
                .then()
                .statusCode(303)
                .header("Location", endsWith("/usage"));
    }

    @Test
    void tokenWithoutReadStartsNoSession() {
        Visitor.stranger()
                .submit("/sign-in", Map.of("token", Api.token(Map.of("user_id", user, "scopes", List.of("manage")))))
                .then()
                .statusCode(422)
                .body(containsString("lacks the scope read"));
    }

    private static String id(Map<String, ?> fields) {
        return Api.asAdmin()
                .body(Api.tokenBody(fields))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    /** The values of the checked boxes. */
    private static List<String> checked(String page) {
        return Pattern.compile("name=\"scopes\" value=\"([a-z_]+)\" checked")
                .matcher(page)
                .results()
                .map(match -> match.group(1))
                .toList();
    }
}
