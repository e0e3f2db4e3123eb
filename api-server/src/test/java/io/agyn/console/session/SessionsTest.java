package io.agyn.console.session;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.agyn.Api;
import io.agyn.Database;
import io.agyn.console.Visitor;
import io.agyn.postgres.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is signed in to the Console, and for how long. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class SessionsTest {
    private final Database database;
    private final Sessions sessions;

    SessionsTest(Database database, Sessions sessions) {
        this.database = database;
        this.sessions = sessions;
    }

    @BeforeEach
    void makeAnOrganization() {
        // Where there is none, its list leads to the form that makes the first.
        Api.organization();
    }

    @Test
    void anApiTokenIsExchangedForASession() {
        Visitor visitor = Visitor.stranger();
        visitor.page("/sign-in");
        String before = visitor.session();
        Response signedIn = visitor.submit("/sign-in", Map.of("token", Api.adminToken()));
        signedIn.then().statusCode(303).header("Location", equalTo("/organizations"));
        assertThat(signedIn.headers().getValues("Set-Cookie")).anySatisfy(cookie -> assertThat(cookie)
                .startsWith("agyn_session=")
                .contains("HttpOnly")
                .contains("SameSite=Strict")
                .contains("Path=/")
                .doesNotContain("Secure"));
        assertThat(visitor.session()).isNotEqualTo(before);
        assertThat(visitor.page("/organizations")).contains("<h1>Organizations</h1>");
    }

    @Test
    void whoIsNotSignedInIsLedToTheSignInAndBack() {
        Visitor stranger = Visitor.stranger();
        stranger.request()
                .urlEncodingEnabled(false)
                .header("Sec-Fetch-Site", "none")
                .get("/organizations?q=acme")
                .then()
                .statusCode(303)
                .header("Location", equalTo("/sign-in?next=%2Forganizations%3Fq%3Dacme"));
        assertThat(stranger.page("/sign-in?next=%2Forganizations%3Fq%3Dacme"))
                .contains("value=\"/organizations?q=acme\"");
        stranger.submit("/sign-in", Map.of("token", Api.adminToken(), "next", "/organizations?q=acme"))
                .then()
                .header("Location", equalTo("/organizations?q=acme"));
    }

    @Test
    void aLinkOfAnotherSiteLeadsWhoIsSignedInToItsPage() {
        // Browsers keep the cookie back from such a link, and send it when a page of ours is what asks.
        given().redirects()
                .follow(false)
                .header("Sec-Fetch-Site", "cross-site")
                .get("/organizations")
                .then()
                .statusCode(200)
                .header("Refresh", equalTo("0"))
                .header("Set-Cookie", nullValue());
        // Without TLS they do not say where a link stands; the sign-in then finds the session.
        given().redirects()
                .follow(false)
                .get("/organizations?q=a")
                .then()
                .statusCode(200)
                .header("Refresh", equalTo("0; url=/sign-in?next=%2Forganizations%3Fq%3Da"))
                .body(containsString("href=\"/sign-in?next=%2Forganizations%3Fq%3Da\""))
                .header("Set-Cookie", nullValue());
        Visitor.signedIn(Api.adminToken())
                .get("/sign-in?next=%2Forganizations%3Fq%3Da")
                .then()
                .statusCode(303)
                .header("Location", equalTo("/organizations?q=a"));
        Visitor.stranger()
                .request()
                .header("Sec-Fetch-Site", "same-origin")
                .get("/organizations")
                .then()
                .statusCode(303)
                .header("Location", startsWith("/sign-in"));
    }

    @Test
    void aCookieThatSomebodyElseHasSetBreaksNoPage() {
        given().cookie("agyn_flash", "%zz").get("/sign-in").then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://evil.example/", "//evil.example/", "/organizations\\..\\evil", "javascript:alert(1)"})
    void aSignInLeadsToNoOtherSite(String next) {
        Visitor.stranger()
                .submit("/sign-in", Map.of("token", Api.adminToken(), "next", next))
                .then()
                .statusCode(303)
                .header("Location", equalTo("/organizations"));
    }

    @Test
    void aTokenThatDoesNotWorkIsRefusedBesideItsFieldAndIsInTheAuditLog() {
        Response refused = Visitor.stranger().submit("/sign-in", Map.of("token", "agyn_mistyped"));
        refused.then().statusCode(422).body(containsString("mistyped, unknown or revoked"));
        assertThat(refused.asString()).doesNotContain("agyn_mistyped").contains("aria-invalid=\"true\"");
        Api.asAdmin()
                .get("/audit-events?operation=signIn&outcome=denied")
                .then()
                .statusCode(200)
                .body("items.code", hasItem("unauthenticated"));
    }

    @Test
    void anIdOfASessionThatIsOverIsInTheAuditLogAndWhoHasJustNotSignedInIsNot() {
        Visitor stranger = Visitor.stranger();
        stranger.page("/sign-in");
        assertIsOver(stranger);
        int before = deniedSessions();
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        String over = visitor.session();
        visitor.submit("/organizations", "/sign-out", Map.of());
        assertIsOver(visitor);
        visitor.keep(over);
        assertIsOver(visitor);
        // Once a minute at most, and perhaps for the test before.
        assertThat(deniedSessions()).isPositive().isBetween(before, before + 1);
        // It keeps nobody from signing in.
        visitor.submit("/sign-in", Map.of("token", Api.adminToken())).then().statusCode(303);
        visitor.page("/organizations");
    }

    private static int deniedSessions() {
        return Api.asAdmin()
                .get("/audit-events?operation=useSession&outcome=denied&page_size=1000")
                .then()
                .statusCode(200)
                .extract()
                .path("items.size()");
    }

    @Test
    void signingInAndOutIsInTheAuditLog() {
        String token = Api.tokenOf(Api.user("cluster_admin"));
        String tokenId = Api.as(token).get("/me").then().extract().path("api_token_id");
        Visitor visitor = Visitor.signedIn(token);
        visitor.submit("/organizations", "/sign-out", Map.of())
                .then()
                .statusCode(303)
                .header("Location", equalTo("/sign-in"));
        for (String operation : List.of("signIn", "signOut")) {
            Api.asAdmin()
                    .get("/audit-events?operation=" + operation + "&resource_id=" + tokenId)
                    .then()
                    .statusCode(200)
                    .body("items.outcome", equalTo(List.of("done")))
                    .body("items[0].user_name", equalTo("Payments"));
        }
        assertThat(visitor.page("/sign-in")).contains("You are signed out.");
    }

    @Test
    void aSessionIsOverOnceItIsSignedOut() {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        String session = visitor.session();
        visitor.submit("/organizations", "/sign-out", Map.of());
        given().redirects()
                .follow(false)
                .cookie("agyn_session", session)
                .get("/organizations")
                .then()
                .statusCode(303)
                .header("Location", startsWith("/sign-in"));
    }

    @Test
    void aSessionEndsWithItsToken() {
        String token = Api.tokenOf(Api.user());
        Visitor visitor = Visitor.signedIn(token);
        visitor.page("/organizations");
        String id = Api.as(token).get("/me").then().extract().path("api_token_id");
        Api.asAdmin().delete("/api-tokens/{id}", id).then().statusCode(204);
        assertIsOver(visitor);
    }

    @Test
    void aSessionEndsWhenItsUserIsSuspended() {
        String user = Api.user();
        Visitor visitor = Visitor.signedIn(Api.tokenOf(user));
        visitor.page("/organizations");
        Api.setState(user, "suspended");
        assertIsOver(visitor);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "last_used_at = now() - interval '31 minutes'",
                "created_at = now() - interval '12 hours 1 minute'"
            })
    void aSessionExpiresAndIsDropped(String change) throws SQLException {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        visitor.page("/organizations");
        database.execute("update console_session set " + change + " where id = ?", (Object) key(visitor.session()));
        assertIsOver(visitor);
        assertThat(sessions.dropExpired()).isPositive();
        assertThat(database.column(
                        Object.class, "select 1 from console_session where id = ?", (Object) key(visitor.session())))
                .isEmpty();
    }

    @Test
    void theDatabaseHoldsNoSession() throws SQLException {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        assertThat(database.column(String.class, "select encode(id, 'escape') from console_session"))
                .isNotEmpty()
                .doesNotContain(visitor.session().split("\\.")[0]);
    }

    @Test
    void anotherSignInEndsTheSessionOfBefore() {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        String form = visitor.page("/organizations");
        String before = visitor.session();
        visitor.post("/sign-in", Map.of("token", Api.adminToken(), "csrf", Visitor.hidden("csrf", form)))
                .then()
                .statusCode(303);
        assertThat(visitor.session()).isNotEqualTo(before);
        visitor.page("/organizations");
        visitor.keep(before);
        assertIsOver(visitor);
    }

    @Test
    void aSessionsIdIsAnotherOneAfterAQuarterOfAnHourAndTheOneBeforeEndsAMinuteAfterThat() throws SQLException {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        String form = visitor.page("/organizations/new");
        String first = visitor.session();
        visitor.page("/organizations");
        assertThat(visitor.session()).isEqualTo(first);

        older(visitor, "created_at", "16 minutes");
        visitor.page("/organizations");
        String second = visitor.session();
        assertThat(second).isNotEqualTo(first);
        visitor.page("/organizations");
        assertThat(visitor.session()).isEqualTo(second);
        // Another tab, whose request was under way.
        visitor.keep(first);
        visitor.page("/organizations");
        assertThat(visitor.session()).isEqualTo(second);

        older(visitor, "turned_at", "61 seconds");
        visitor.keep(first);
        assertIsOver(visitor);
        visitor.keep(second);
        older(visitor, "created_at", "16 minutes");
        visitor.page("/organizations");
        String third = visitor.session();
        visitor.page("/organizations");
        visitor.keep(first);
        assertIsOver(visitor);
        visitor.keep(third);
        visitor.post("/organizations/new", Map.of("name", Api.freshName("typed"), "csrf", Visitor.hidden("csrf", form)))
                .then()
                .statusCode(303);
    }

    @Test
    void anAnswerWithANewIdThatIsLostSignsNobodyOut() throws SQLException {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        String first = visitor.session();
        for (int turn = 1; turn <= 3; turn++) {
            older(visitor, "created_at", "15 minutes");
            older(visitor, "turned_at", "15 minutes");
            visitor.keep(first);
            visitor.page("/organizations");
            assertThat(visitor.session()).isNotEqualTo(first);
        }
        visitor.page("/organizations");
    }

    @Test
    void requestsAtOnceAreAllAnsweredAndGivenTheSameNewId() throws SQLException {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        older(visitor, "created_at", "16 minutes");
        String first = visitor.session();
        Callable<String> request = () -> {
            Visitor tab = Visitor.stranger();
            tab.keep(first);
            tab.page("/organizations");
            return tab.session();
        };
        List<String> given = Api.inParallel(Collections.nCopies(8, request));
        assertThat(given).doesNotContain(first).containsOnly(given.getFirst());
    }

    @Test
    void whoSignsOutEndsAllIdsThatTheSessionHasHad() throws SQLException {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        String first = visitor.session();
        older(visitor, "created_at", "16 minutes");
        visitor.page("/organizations");
        String second = visitor.session();
        visitor.submit("/organizations", "/sign-out", Map.of()).then().statusCode(303);
        for (String id : List.of(first, second)) {
            visitor.keep(id);
            assertIsOver(visitor);
        }
    }

    @Test
    void anIdOfATurnToComeCannotBeMadeUp() {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        String[] parts = visitor.session().split("\\.");
        visitor.keep(parts[0] + ".1." + parts[2]);
        assertIsOver(visitor);
        visitor.keep(parts[0]);
        assertIsOver(visitor);
    }

    @Test
    void aFormOfAnotherSessionOrSiteIsInTheAuditLog() {
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
    void aFormOfAnotherSessionChangesNothing() {
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
    void eachPageHasAnotherProofThatItWasShownAndAllOfThemHold() {
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
    void aFormOfAnotherSiteChangesNothing(String site) {
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
    @ValueSource(strings = {"/sign-in", "/organizations", "/organizations/nowhere"})
    void everyPageIsProtected(String path) {
        Visitor.signedIn(Api.adminToken())
                .request()
                .get(path)
                .then()
                .header(
                        "Content-Security-Policy",
                        equalTo("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                                + " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
                                + " frame-ancestors 'none'"))
                .header("X-Content-Type-Options", equalTo("nosniff"))
                .header("Referrer-Policy", equalTo("no-referrer"))
                .header("Cache-Control", equalTo("no-store"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/console",
                "/api/v1/console/sign-in",
                "/api/v1/console/organizations",
                "/api/v1/console;x/organizations"
            })
    void pagesAreNowhereElse(String path) {
        Visitor.signedIn(Api.adminToken()).get(path).then().statusCode(404).contentType("application/problem+json");
    }

    @ParameterizedTest
    @CsvSource({"application/json,", "application/json, {}", "text/plain, csrf=x", "application/*, csrf=x"})
    void whatIsNoFormChangesNothing(String contentType, String body) {
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
    void whoseSessionEndsWithAFormIsLedToThePageAboveIt() {
        given().redirects()
                .follow(false)
                .contentType("application/x-www-form-urlencoded")
                .post("/organizations/acme/secrets/1/reveal")
                .then()
                .statusCode(303)
                .header("Location", equalTo("/sign-in?next=%2Forganizations%2Facme%2Fsecrets%2F1"));
    }

    private static byte[] key(String session) {
        return SessionId.parse(session).orElseThrow().key();
    }

    private void older(Visitor visitor, String column, String time) throws SQLException {
        database.execute(
                "update console_session set %s = %s - interval '%s' where id = ?".formatted(column, column, time),
                (Object) key(visitor.session()));
    }

    private static void assertIsOver(Visitor visitor) {
        visitor.get("/organizations").then().statusCode(303).header("Location", startsWith("/sign-in"));
    }
}
