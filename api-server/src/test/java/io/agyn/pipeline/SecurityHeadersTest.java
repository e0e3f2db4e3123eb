package io.agyn.pipeline;

import static io.agyn.testing.Api.asAdmin;
import static io.agyn.testing.Api.asNobody;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.database.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class SecurityHeadersTest {
    @Test
    void browsersTreatResponsesAndProblemsAsData() {
        for (Response response : List.of(
                asAdmin().get("/me"),
                asNobody().get("/me"),
                asAdmin().get("/nothing-here"),
                asAdmin().put("/me"))) {
            response.then()
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
    void docsAreShownInNoFrame() {
        for (String path : List.of("/docs/", "/docs/swagger-ui-bundle.js")) {
            given().get(path)
                    .then()
                    .statusCode(200)
                    .header("X-Content-Type-Options", equalTo("nosniff"))
                    .header("Content-Security-Policy", containsString("script-src 'self' "))
                    .header("Content-Security-Policy", containsString("frame-ancestors 'none'"));
        }
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
