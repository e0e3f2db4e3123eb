package io.agyn.access;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Callers with many failed tokens must wait; other callers are not affected. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@TestProfile(FailedTokensTest.Few.class)
class FailedTokensTest {
    private static final int LIMIT = 5;

    public static final class Few implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "agyn.http.failed-tokens-per-minute",
                    Integer.toString(LIMIT),
                    "agyn.http.trusted-proxies",
                    "127.0.0.1");
        }
    }

    @Test
    void addressWithManyFailedTokensIsThrottled() {
        for (int i = 0; i < LIMIT; i++) {
            rest("192.0.2.1", "wrong-" + i).then().statusCode(401);
        }

        rest("192.0.2.1", "wrong")
                .then()
                .statusCode(429)
                .header("Retry-After", "60")
                .contentType("application/problem+json")
                .body("code", equalTo("too_many_requests"));
        rest("192.0.2.2", "wrong").then().statusCode(401);
    }

    @Test
    void failedTokensWithOnePrefixAreCountedAcrossAddresses() {
        for (int i = 0; i < LIMIT; i++) {
            rest("198.51.100." + i, "agyn_guessed" + i).then().statusCode(401);
        }

        rest("198.51.100.99", "agyn_guessed-again").then().statusCode(429);
    }

    @Test
    void validTokenIsNeverThrottled() {
        String token = Api.adminToken();
        for (int i = 0; i <= LIMIT; i++) {
            rest("203.0.113.1", token.substring(0, token.length() - 1) + "!" + i);
        }
        rest("203.0.113.1", "wrong").then().statusCode(429);

        rest("203.0.113.1", token).then().statusCode(200);
        model("203.0.113.1", token).then().statusCode(200);
    }

    @Test
    void modelCallsAreLimitedInTheirDialect() {
        for (int i = 0; i < LIMIT; i++) {
            model("192.0.2.77", "wrong-" + i).then().statusCode(401);
        }

        model("192.0.2.77", "wrong")
                .then()
                .statusCode(429)
                .header("Retry-After", "60")
                .body("error.code", equalTo("rate_limit_exceeded"));
        given().header("X-Forwarded-For", "192.0.2.77")
                .header("x-api-key", "wrong")
                .header("anthropic-version", "2023-06-01")
                .get("/v1/models")
                .then()
                .statusCode(429)
                .body("error.type", equalTo("rate_limit_error"));
    }

    @Test
    void signingInToTheConsoleIsCountedToo() {
        for (int i = 0; i < LIMIT; i++) {
            signIn("192.0.2.88", "wrong-" + i).then().statusCode(422);
        }

        signIn("192.0.2.88", "wrong").then().statusCode(429).body(containsString("wait a minute"));
        signIn("192.0.2.88", Api.adminToken()).then().statusCode(303);
    }

    @Test
    void sessionsThatHaveEndedLeadToTheSignInHoweverMany() {
        String address = "192.0.2.99";
        Visitor visitor = Visitor.from(address);
        visitor.submit("/sign-in", Map.of("token", Api.adminToken()));
        visitor.page("/tokens");
        for (int i = 0; i < LIMIT; i++) {
            withSession(address, "A".repeat(42) + i).then().statusCode(303).header("Location", startsWith("/sign-in"));
        }

        withSession(address, "B".repeat(43)).then().statusCode(303).header("Location", startsWith("/sign-in"));
        visitor.page("/tokens");
        signIn(address, Api.adminToken()).then().statusCode(303);
    }

    @Test
    void tlsProxyRequiresHostCookies() {
        Visitor plain = Visitor.signedIn(Api.adminToken());
        Response form = byTls("").get("/sign-in");
        String cookie = form.getHeader("Set-Cookie");
        assertThat(cookie)
                .startsWith("__Host-agyn_session=")
                .contains("Secure", "HttpOnly", "Path=/", "SameSite=Strict")
                .doesNotContain("Domain");

        Response signedIn = byTls(cookie.split(";")[0])
                .contentType("application/x-www-form-urlencoded; charset=UTF-8")
                .formParam("csrf", Visitor.hidden("csrf", form.asString()))
                .formParam("token", Api.adminToken())
                .post("/sign-in");
        signedIn.then().statusCode(303);
        String session = signedIn.getHeader("Set-Cookie").split(";")[0];
        byTls(session).get("/tokens").then().statusCode(200);
        byTls("agyn_session=" + plain.session()).get("/tokens").then().statusCode(303);
        byTls(session.substring("__Host-".length())).get("/tokens").then().statusCode(303);
        given().redirects()
                .follow(false)
                .header("Sec-Fetch-Site", "none")
                .header("Cookie", session)
                .get("/tokens")
                .then()
                .statusCode(303);
    }

    @Test
    void auditLogHasTheAddressFromTheTrustedProxy() {
        rest("192.0.2.200", "wrong").then().statusCode(401);

        assertThat(asAdmin()
                        .get("/audit-events?outcome=denied&page_size=1000")
                        .jsonPath()
                        .getList("items.address"))
                .contains("192.0.2.200");
    }

    private static RequestSpecification byTls(String cookie) {
        return given().redirects()
                .follow(false)
                .header("X-Forwarded-Proto", "https")
                .header("Sec-Fetch-Site", "same-origin")
                .header("Cookie", cookie);
    }

    private static Response withSession(String source, String secret) {
        return given().redirects()
                .follow(false)
                .header("X-Forwarded-For", source)
                .cookie("agyn_session", secret)
                .get("/organizations");
    }

    private static Response signIn(String source, String token) {
        return Visitor.from(source).submit("/sign-in", Map.of("token", token));
    }

    private static Response rest(String source, String token) {
        return as(token).header("X-Forwarded-For", source).get("/me");
    }

    private static Response model(String source, String token) {
        return given().header("X-Forwarded-For", source)
                .header("Authorization", "Bearer " + token)
                .get("/v1/models");
    }
}
