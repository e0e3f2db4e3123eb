package io.agyn.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rate limits of the API: here 4 requests a minute with a token, so 20 at once, and 40 from an address. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@TestProfile(RequestLimitsTest.SmallLimits.class)
@Timeout(60)
class RequestLimitsTest {
    public static final class SmallLimits implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "agyn.api.rate-limit-token", "4",
                    "agyn.api.rate-limit-address", "40",
                    "agyn.http.trusted-proxies", "127.0.0.1");
        }
    }

    @Test
    void tokenIsLimited() {
        String user = Api.user();
        String token = Api.tokenOf(user);
        for (int i = 0; i < 20; i++) {
            // The address of each differs, so that only the token's limit counts.
            me(token, "192.0.2." + i).then().statusCode(200);
        }
        Response rejected = me(token, "192.0.2.100");
        rejected.then()
                .statusCode(429)
                .body("code", equalTo("rate_limit_exceeded"))
                .body("detail", containsString("AGYN_API_RATE_LIMIT_TOKEN"))
                .header("RateLimit-Policy", equalTo("\"token\";q=20;w=300"))
                .header("RateLimit", containsString("\"token\";r=0;t="));
        assertThat(Integer.parseInt(rejected.header("Retry-After"))).isBetween(1, 15);
        me(Api.tokenOf(user), "192.0.2.100").then().statusCode(200);
    }

    @Test
    void addressIsLimitedBeforeAuthentication() {
        String token = Api.tokenOf(Api.user());
        int allowed = 0;
        // The bucket is refilled meanwhile, by one in 1.5 seconds.
        while (unauthenticated("198.51.100.1") == 401) {
            allowed++;
        }
        assertThat(allowed).isBetween(200, 240);
        // Authentication is not reached.
        me(token, "198.51.100.1")
                .then()
                .statusCode(429)
                .body("code", equalTo("rate_limit_exceeded"))
                .body("detail", containsString("AGYN_API_RATE_LIMIT_ADDRESS"))
                .header("RateLimit-Policy", equalTo("\"address\";q=200;w=300"));
        me(token, "198.51.100.2").then().statusCode(200);
        RestAssured.given()
                .header("X-Forwarded-For", "198.51.100.1")
                .redirects()
                .follow(false)
                .get("/sign-in")
                .then()
                .statusCode(200);
    }

    private static int unauthenticated(String address) {
        return RestAssured.given()
                .header("X-Forwarded-For", address)
                .get("/api/v1/me")
                .statusCode();
    }

    private static Response me(String token, String address) {
        return RestAssured.given()
                .header("Authorization", "Bearer " + token)
                .header("X-Forwarded-For", address)
                .get("/api/v1/me");
    }
}
