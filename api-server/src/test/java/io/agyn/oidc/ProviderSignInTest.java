package io.agyn.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Users sign in to the Console with the identity provider. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@WithTestResource(FakeProvider.class)
class ProviderSignInTest {
    private static final String CALLBACK = "/sign-in/provider/callback";
    private static final String LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

    private final FakeProvider provider = FakeProvider.running();
    private final String subject = Api.freshName("subject");
    private final Visitor visitor = Visitor.stranger();

    @BeforeEach
    void awaitProvider() {
        Api.organization();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> visitor.get("/sign-in/provider").statusCode() == 303);
    }

    @Test
    void signInPageOffersTheProviderFirst() {
        String page = visitor.page("/sign-in?next=/users");
        assertThat(page).contains("Sign in with <bdi>Acme</bdi>").contains("Use an API token");
        assertThat(page).contains("/sign-in/provider?next=%2Fusers");
    }

    @Test
    void authorizationRequestHasStateNonceAndChallenge() {
        Response response = visitor.get("/sign-in/provider");
        assertThat(response.header("Location"))
                .startsWith(provider.url() + "/authorize?response_type=code&client_id=agyn&redirect_uri=http")
                .contains("&scope=openid+profile+email&state=")
                .contains("&nonce=")
                .contains("&code_challenge_method=S256");
        assertThat(response.headers().getValues("Set-Cookie")).anySatisfy(cookie -> assertThat(cookie)
                .startsWith("agyn_sign_in_")
                .contains("HttpOnly")
                .contains("SameSite=Lax")
                .contains("Max-Age=600"));
    }

    @Test
    void userIsSignedInAtTheRequestedPage() {
        signIn("/tokens", Map.of("name", "Ada")).then().statusCode(200).header("Refresh", equalTo("0; url=/tokens"));
        assertThat(visitor.page("/tokens")).contains("Ada");
        String id =
                Api.asAdmin().queryParam("oidc_subject", subject).get("/users").path("items[0].id");
        Api.asAdmin()
                .get("/audit-events?operation=signIn&user_id=" + id)
                .then()
                .body("items.outcome", equalTo(List.of("done")));
    }

    @Test
    void otherSitesAreNotReachedByNext() {
        signIn("https://attacker.example/", Map.of()).then().header("Refresh", equalTo("0; url=/organizations"));
    }

    @Test
    void responseForAnotherBrowserIsRejected() {
        String location = visitor.get("/sign-in/provider").header("Location");
        String query = provider.signIn(location, subject, Map.of());
        Visitor victim = Visitor.stranger();
        victim.get(CALLBACK + query).then().statusCode(400).body(containsString("another browser"));
        assertSignedOut(victim);
        // The code is unused: the browser that began can complete, once.
        visitor.get(CALLBACK + query).then().statusCode(200);
        visitor.get(CALLBACK + query).then().statusCode(400);
    }

    @Test
    void idTokenOfAnotherSignInIsRejected() {
        signIn("/tokens", Map.of("nonce", "of-another"))
                .then()
                .statusCode(403)
                .body(containsString("response is invalid"));
        assertSignedOut(visitor);
    }

    @Test
    void deniedSignInIsExplained() {
        String location = visitor.get("/sign-in/provider").header("Location");
        String state = location.split("state=")[1].split("&")[0];
        visitor.get(CALLBACK + "?state=" + state + "&error=access_denied&error_description=%3Cb%3E")
                .then()
                .statusCode(403)
                .body(containsString("You cancelled"));
    }

    @Test
    void responseOfAnotherIssuerIsRejected() {
        String location = visitor.get("/sign-in/provider").header("Location");
        visitor.get(CALLBACK + provider.signIn(location, subject, Map.of()) + "&iss=https%3A%2F%2Fattacker.example")
                .then()
                .statusCode(403);
        assertSignedOut(visitor);
    }

    @Test
    void suspendedUserIsSignedOutAndNotSignedIn() {
        signIn("/tokens", Map.of()).then().statusCode(200);
        visitor.page("/tokens");
        String id =
                Api.asAdmin().queryParam("oidc_subject", subject).get("/users").path("items[0].id");
        Api.asAdmin()
                .body(Map.of(
                        "name",
                        "S",
                        "email",
                        Api.freshName("s") + "@acme.example",
                        "role",
                        "user",
                        "state",
                        "suspended"))
                .put("/users/{id}", id)
                .then()
                .statusCode(200);
        assertSignedOut(visitor);
        signIn("/tokens", Map.of()).then().statusCode(403).body(containsString("suspended"));
    }

    @Test
    void freshSignInNeedsARecentAuthentication() {
        long now = Instant.now().getEpochSecond();
        String location = visitor.get("/sign-in/provider?fresh=true").header("Location");
        assertThat(location).contains("&max_age=900");
        visitor.get(CALLBACK + provider.signIn(location, subject, Map.of("auth_time", now - 3600)))
                .then()
                .statusCode(403);
        location = visitor.get("/sign-in/provider?fresh=true").header("Location");
        visitor.get(CALLBACK + provider.signIn(location, subject, Map.of("auth_time", now)))
                .then()
                .statusCode(200);
    }

    @Test
    void oldSignInIsRepeatedAtTheProviderBeforeAReveal() {
        signIn("/tokens", Map.of("auth_time", Instant.now().getEpochSecond() - 3600))
                .then()
                .statusCode(200);
        assertThat(visitor.page("/confirm?next=/tokens"))
                .contains("Sign in with <bdi>Acme</bdi>")
                .contains("/sign-in/provider?fresh=true&amp;next=%2Ftokens")
                .doesNotContain("name=\"token\"");
    }

    @Test
    void signOutEndsTheSessionAtTheProvider() {
        signIn("/tokens", Map.of()).then().statusCode(200);
        visitor.submit("/tokens", "/sign-out", Map.of())
                .then()
                .statusCode(200)
                .header("Refresh", startsWith("0; url=" + provider.url() + "/logout?id_token_hint=eyJ"))
                .header("Refresh", containsString("&post_logout_redirect_uri=http"));
        assertSignedOut(visitor);
    }

    @Test
    void backChannelLogoutEndsTheSession() throws Exception {
        signIn("/tokens", Map.of("sid", "session-of-" + subject)).then().statusCode(200);
        visitor.page("/tokens");
        logout(Map.of("sid", "another", "jti", Api.freshName("jti"))).then().statusCode(200);
        visitor.page("/tokens");
        String jti = Api.freshName("jti");
        logout(Map.of("sid", "session-of-" + subject, "jti", jti)).then().statusCode(200);
        assertSignedOut(visitor);
        logout(Map.of("sid", "session-of-" + subject, "jti", jti))
                .then()
                .statusCode(400)
                .body("error", equalTo("invalid_request"));
    }

    @Test
    void backChannelLogoutWithoutSessionEndsAllOfTheUser() throws Exception {
        signIn("/tokens", Map.of("sid", "1")).then().statusCode(200);
        logout(Map.of("jti", Api.freshName("jti"))).then().statusCode(200);
        assertSignedOut(visitor);
    }

    @Test
    void forgedLogoutTokenEndsNothing() throws Exception {
        signIn("/tokens", Map.of("sid", "1")).then().statusCode(200);
        RestAssured.given()
                .formParam("logout_token", provider.accessToken(subject, Map.of("sid", "1")))
                .post("/sign-in/provider/backchannel-logout")
                .then()
                .statusCode(400);
        visitor.page("/tokens");
    }

    private static void assertSignedOut(Visitor someone) {
        assertThat(someone.get("/tokens").asString()).doesNotContain("Sign out");
    }

    private Response signIn(String next, Map<String, ?> claims) {
        String location = visitor.get("/sign-in/provider?next=" + next).header("Location");
        return visitor.get(CALLBACK + provider.signIn(location, subject, claims));
    }

    private Response logout(Map<String, ?> claims) throws Exception {
        Map<String, Object> all = provider.claims(subject, claims);
        all.put("events", Map.of(LOGOUT_EVENT, Map.of()));
        return RestAssured.given()
                .formParam("logout_token", provider.issuer().token(all))
                .post("/sign-in/provider/backchannel-logout");
    }
}
