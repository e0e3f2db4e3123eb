package io.agyn.rest;

import static io.agyn.Api.asAdmin;
import static io.agyn.Api.asNobody;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.postgres.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class SecurityHeadersTest {
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
