package io.agyn.console.session;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms are accepted from the page and session that they were sent to. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class FormProtectionTest {
    @BeforeEach
    void createOrganization() {
        // Without an organization, the list redirects to the form that creates the first one.
        Api.organization();
    }

    @Test
    void signInFormInAnotherTabStaysValidAfterTheSessionEnds() {
        String token = Api.tokenOf(Api.user());
        Visitor visitor = Visitor.signedIn(token);
        String ended = visitor.session();
        Api.asAdmin()
                .delete("/api-tokens/{id}", Api.as(token).get("/me").<String>path("api_token_id"))
                .then()
                .statusCode(204);
        String firstTab = visitor.page("/sign-in");
        visitor.keep(ended);
        visitor.page("/sign-in");
        visitor.post("/sign-in", Map.of("token", Api.adminToken(), "csrf", Visitor.hidden("csrf", firstTab)))
                .then()
                .statusCode(303);
        visitor.page("/organizations");
    }

    @Test
    void anonymousFormsAreLimitedTo8KiB() {
        Visitor visitor = Visitor.stranger();
        visitor.submit("/sign-in", Map.of("token", "x".repeat(9 << 10))).then().statusCode(413);
        Visitor.signedIn(Api.adminToken())
                .submit("/organizations/new", Map.of("name", "x".repeat(9 << 10)))
                .then()
                .statusCode(422);
    }

    @Test
    void forgedFormIsAudited() {
        for (String site : List.of("same-origin", "cross-site")) {
            String user = Api.user();
            Visitor visitor = Visitor.signedIn(Api.tokenOf(user));
            visitor.request()
                    .header("Sec-Fetch-Site", site)
                    .formParams(Map.of("name", "forged"))
                    .post("/organizations/new")
                    .then()
                    .statusCode(403);
            Api.asAdmin()
                    .get("/audit-events?operation=sendForm&user_id=" + user)
                    .then()
                    .statusCode(200)
                    .body("items.code", equalTo(List.of("forbidden")))
                    .body("items.outcome", equalTo(List.of("denied")));
        }
    }

    @Test
    void formOfAnotherSessionIsRejected() {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        String name = Api.freshName("forged");
        for (Map<String, String> forged : List.of(Map.of("name", name), Map.of("name", name, "csrf", "AAAA"))) {
            visitor.post("/organizations/new", forged).then().statusCode(403);
        }
        Map<String, String> signIn = new HashMap<>(Map.of("token", Api.adminToken()));
        Visitor.stranger().post("/sign-in", signIn).then().statusCode(403);
        Api.asAdmin().queryParam("name", name).get("/organizations").then().body("items", equalTo(List.of()));
    }

    @Test
    void eachPageHasADifferentCsrfTokenAndAllAreValid() {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        List<String> proofs = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            proofs.add(visitor.page("/organizations/new")
                    .split("name=\"csrf\" value=\"")[1]
                    .split("\"")[0]);
        }
        assertThat(proofs).doesNotHaveDuplicates();
        for (String proof : proofs) {
            visitor.post("/organizations/new", Map.of("name", Api.freshName("shown"), "csrf", proof))
                    .then()
                    .statusCode(303);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void formOfAnotherSiteIsRejected(String site) {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        visitor.request()
                .header("Sec-Fetch-Site", site)
                .formParams(Map.of("name", "forged"))
                .post("/organizations/new")
                .then()
                .statusCode(403)
                .body(containsString("another site"));
    }

    @ParameterizedTest
    @CsvSource({"application/json,", "application/json, {}", "text/plain, csrf=x", "application/*, csrf=x"})
    void bodyThatIsNotAFormIsRejected(String contentType, String body) {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        given().cookie("agyn_session", visitor.session())
                .header("Content-Type", contentType)
                .body((body == null ? "" : body).getBytes(UTF_8))
                .post("/sign-out")
                .then()
                .statusCode(415);
        visitor.page("/organizations");
    }

    @Test
    void htmxFormIsKeptWhenTheSessionHasEnded() {
        given().redirects()
                .follow(false)
                .header("HX-Request", "true")
                .contentType("application/x-www-form-urlencoded")
                .post("/organizations/new")
                .then()
                .statusCode(401)
                .header("HX-Retarget", equalTo("#trouble"))
                .body(containsString("your input is kept"));
        assertThat(Visitor.stranger().page("/sign-in/renewed")).contains("data-ended");
        // The form of the ended session gets the CSRF token of the new one.
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        String csrf = visitor.page("/sign-in/renewed").split("data-csrf=\"")[1].split("\"")[0];
        visitor.post("/organizations/new", Map.of("name", Api.freshName("kept"), "csrf", csrf))
                .then()
                .statusCode(303);
    }

    @Test
    void signInAfterAFormReturnsToTheParentPage() {
        given().redirects()
                .follow(false)
                .contentType("application/x-www-form-urlencoded")
                .post("/organizations/acme/secrets/1/reveal")
                .then()
                .statusCode(303)
                .header("Location", equalTo("/sign-in?next=%2Forganizations%2Facme%2Fsecrets%2F1"));
    }
}
