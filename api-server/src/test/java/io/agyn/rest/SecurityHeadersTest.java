package io.agyn.rest;

import static io.agyn.Api.asAdmin;
import static io.agyn.Api.asNobody;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.postgres.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class SecurityHeadersTest {
    private static final Pattern INLINE_SCRIPT = Pattern.compile("<script(?: defer)?>(.*?)</script>", Pattern.DOTALL);

    @Test
    void aBrowserMakesNothingOfAnswersAndProblemsButData() {
        for (Response answer : List.of(
                asAdmin().get("/me"),
                asNobody().get("/me"),
                asAdmin().get("/nothing-here"),
                asAdmin().put("/me"))) {
            answer.then()
                    .header("X-Content-Type-Options", equalTo("nosniff"))
                    .header("Content-Security-Policy", equalTo("default-src 'none'; frame-ancestors 'none'"))
                    .header("Referrer-Policy", equalTo("no-referrer"));
        }
    }

    @Test
    void contractMetricsAndUnknownPathsAreDataToo() {
        for (String path : List.of("/openapi", "/q/metrics", "/q/health", "/nothing-here")) {
            given().get(path)
                    .then()
                    .header("X-Content-Type-Options", equalTo("nosniff"))
                    .header("Content-Security-Policy", equalTo("default-src 'none'; frame-ancestors 'none'"));
        }
    }

    @Test
    void docsRunNoScriptButTheirOwn() throws Exception {
        Response page = given().get("/docs/");
        page.then().statusCode(200).header("X-Content-Type-Options", equalTo("nosniff"));
        List<String> hashes = new ArrayList<>();
        Matcher script = INLINE_SCRIPT.matcher(page.asString());
        while (script.find()) {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(script.group(1).getBytes(UTF_8));
            hashes.add("'sha256-" + Base64.getEncoder().encodeToString(hash) + "'");
        }
        assertThat(page.header("Content-Security-Policy"))
                .contains("script-src 'self' " + String.join(" ", hashes) + ";", "frame-ancestors 'none'");
        given().get("/docs/swagger-ui-bundle.js")
                .then()
                .statusCode(200)
                .header("Content-Security-Policy", equalTo(page.header("Content-Security-Policy")));
    }

    @Test
    void pagesOfOtherOriginsAreNotLetIn() {
        asAdmin()
                .header("Origin", "https://elsewhere.example")
                .get("/me")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", nullValue());
        asNobody()
                .header("Origin", "https://elsewhere.example")
                .header("Access-Control-Request-Method", "POST")
                .options("/organizations")
                .then()
                .header("Access-Control-Allow-Origin", nullValue())
                .header("Access-Control-Allow-Methods", nullValue());
    }
}
