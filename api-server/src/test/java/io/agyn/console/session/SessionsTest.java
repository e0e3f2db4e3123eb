package io.agyn.console.session;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void createOrganization() {
        // Without an organization, the list redirects to the form that creates the first one.
        Api.organization();
    }

    @Test
    void apiTokenIsExchangedForASession() {
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
    void signInPageReturnsToTheRequestedPage() {
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
    void linkOnAnotherSiteKeepsTheSession() {
        // Browsers do not send the cookie with such a link, but when the page reloads itself.
        given().redirects()
                .follow(false)
                .header("Sec-Fetch-Site", "cross-site")
                .get("/organizations")
                .then()
                .statusCode(200)
                .header("Refresh", equalTo("0"))
                .header("Set-Cookie", nullValue());
        // Without TLS they do not send Sec-Fetch-Site; the sign-in page then finds the session.
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
    void invalidFlashCookieIsIgnored() {
        given().cookie("agyn_flash", "%zz").get("/sign-in").then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://evil.example/", "//evil.example/", "/organizations\\..\\evil", "javascript:alert(1)"})
    void signInDoesNotRedirectToAnotherSite(String next) {
        Visitor.stranger()
                .submit("/sign-in", Map.of("token", Api.adminToken(), "next", next))
                .then()
                .statusCode(303)
                .header("Location", equalTo("/organizations"));
    }

    @Test
    void invalidTokenIsRejectedAndAudited() {
        Api.awaitAnonymousDenial("signIn", () -> {
            Response rejected = Visitor.stranger().submit("/sign-in", Map.of("token", "agyn_mistyped"));
            rejected.then().statusCode(422).body(containsString("mistyped, unknown or revoked"));
            assertThat(rejected.asString()).doesNotContain("agyn_mistyped").contains("aria-invalid=\"true\"");
        });
    }

    @Test
    void useOfAnEndedSessionIsAuditedAndAFirstVisitIsNot() {
        Visitor stranger = Visitor.stranger();
        stranger.page("/sign-in");
        assertEnded(stranger);
        int before = deniedSessions();
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        String over = visitor.session();
        visitor.submit("/organizations", "/sign-out", Map.of());
        assertEnded(visitor);
        visitor.keep(over);
        assertEnded(visitor);
        // At most one is logged per minute; another test may have caused it.
        assertThat(deniedSessions()).isBetween(before, before + 1);
        Api.awaitAnonymousDenial("useSession", () -> {
            visitor.keep(over);
            assertEnded(visitor);
        });
        // The denial does not prevent another sign-in.
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
    void signInAndSignOutAreAudited() {
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
    void signOutEndsTheSession() {
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
    void revocationOfTheTokenEndsTheSession() {
        String token = Api.tokenOf(Api.user());
        Visitor visitor = Visitor.signedIn(token);
        visitor.page("/account");
        String id = Api.as(token).get("/me").then().extract().path("api_token_id");
        Api.asAdmin().delete("/api-tokens/{id}", id).then().statusCode(204);
        assertEnded(visitor);
    }

    @Test
    void suspensionOfTheUserEndsTheSession() {
        String user = Api.user();
        Visitor visitor = Visitor.signedIn(Api.tokenOf(user));
        visitor.page("/account");
        Api.setState(user, "suspended");
        assertEnded(visitor);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "last_used_at = last_used_at - interval '30 minutes'",
                "created_at = created_at - interval '12 hours'"
            })
    void sessionExpiresAndIsRemoved(String change) throws SQLException {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        visitor.page("/organizations");
        database.execute("update console_session set " + change + " where id = ?", (Object) hash(visitor.session()));
        assertEnded(visitor);
        assertThat(sessions.removeExpired()).isPositive();
        assertThat(database.column(
                        Object.class, "select 1 from console_session where id = ?", (Object) hash(visitor.session())))
                .isEmpty();
    }

    @Test
    void sessionLastsAsLongAsItIsUsed() throws SQLException {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        String id = visitor.session();
        for (int i = 0; i < 3; i++) {
            database.execute(
                    "update console_session set last_used_at = last_used_at - interval '29 minutes' where id = ?",
                    (Object) hash(id));
            visitor.page("/organizations");
        }
        assertThat(visitor.session()).isEqualTo(id);
    }

    @Test
    void databaseHasOnlyTheHashOfASession() throws SQLException {
        String id = Visitor.signedIn(Api.adminToken()).session();
        assertThat(database.column(String.class, "select row_to_json(s)::text from console_session s"))
                .isNotEmpty()
                .noneMatch(
                        row -> row.contains(id) || row.contains(HexFormat.of().formatHex(id.getBytes(UTF_8))));
        assertThat(database.column(Object.class, "select 1 from console_session where id = ?", (Object) hash(id)))
                .hasSize(1);
    }

    @Test
    void sessionIdsAreRandomAndHave256Bits() {
        Visitor visitor = Visitor.stranger();
        visitor.page("/sign-in");
        List<String> ids = List.of(
                visitor.session(),
                Visitor.signedIn(Api.adminToken()).session(),
                Visitor.signedIn(Api.adminToken()).session());
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(ids.getFirst()).matches("anonymous\\.[\\w-]{43}");
        assertThat(ids.subList(1, 3)).allMatch(id -> id.matches("[\\w-]{43}"));
    }

    @Test
    void signInReplacesThePreviousSession() {
        Visitor visitor = Visitor.signedIn(Api.adminToken());
        String form = visitor.page("/organizations");
        String before = visitor.session();
        visitor.post("/sign-in", Map.of("token", Api.adminToken(), "csrf", Visitor.hidden("csrf", form)))
                .then()
                .statusCode(303);
        assertThat(visitor.session()).isNotEqualTo(before);
        visitor.page("/organizations");
        visitor.keep(before);
        assertEnded(visitor);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sign-in", "/organizations", "/organizations/nowhere"})
    void everyPageHasSecurityHeaders(String path) {
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
    void internalPathsAreNotFound(String path) {
        Visitor.signedIn(Api.adminToken()).get(path).then().statusCode(404).contentType("application/problem+json");
    }

    private static byte[] hash(String session) {
        return SessionId.parse(session).orElseThrow().hash();
    }

    private static void assertEnded(Visitor visitor) {
        visitor.get("/organizations").then().statusCode(303).header("Location", startsWith("/sign-in"));
    }
}
