package io.agyn.rest;

import static io.agyn.testing.Api.asAdmin;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.agyn.database.PostgresTestResource;
import io.agyn.proxy.RawCaller;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class ProblemsTest {
    @Test
    void allViolationsAreReportedWithPointerAndRemedy() {
        String body = """
            {"name": " openai ", "endpoint": "ftp://x", "protocol": "respones", "auth_method": "custom_headers",
             "token": "t", "custom_headers": {"Host": "a", "X A": "b", "x-ok": 3}, "colour": "red"}\
            """;
        problem(post("/llm-providers", body), 400, "invalid_request")
                .body(
                        "errors.pointer",
                        hasItems(
                                "/name",
                                "/endpoint",
                                "/protocol",
                                "/token",
                                "/custom_headers/Host",
                                "/custom_headers/X A",
                                "/custom_headers/x-ok",
                                "/colour"))
                .body("errors.detail", everyItem(matchesPattern("(?s)[A-Z].* .*\\.")));
    }

    @Test
    void unknownFieldsAreNamedAndSoAreTheKnownOnes() {
        problem(post("/secrets", "{\"name\": \"a\", \"valu\": \"v\"}"), 400, "invalid_request")
                .body("errors.pointer", hasItems("/valu", "/value"))
                .body("errors.detail", hasItem(containsString("Known fields: name, description, storage, value")));
    }

    @Test
    void wrongTypeErrorNamesBothTypes() {
        problem(post("/secrets", "{\"name\": 3, \"value\": [\"v\"]}"), 400, "invalid_request")
                .body("errors.detail", hasItems("Must be a string, not a number.", "Must be a string, not an array."));
        problem(post("/secrets", "[]"), 400, "invalid_request")
                .body("errors.detail", hasItem("Must be an object, not an array."));
        problem(post("/secrets", "{\"name\": null, \"value\": \"v\"}"), 400, "invalid_request")
                .body("errors.detail", hasItem("Must be a string, not null."));
    }

    @Test
    void malformedJsonErrorHasLineAndColumn() {
        problem(post("/secrets", "{\"name\": \"a\",\n  \"value\": }"), 400, "malformed_json")
                .body("detail", containsString("line 2, column 1"));
        problem(post("/secrets", ""), 400, "malformed_json").body("detail", containsString("empty"));
        problem(post("/secrets", "{} {}"), 400, "malformed_json")
                .body("detail", containsString("unexpected content after"));
        problem(post("/secrets", "[".repeat(5_000)), 400, "malformed_json").body("detail", containsString("nested"));
    }

    @Test
    void duplicateJsonKeyIsRejected() {
        problem(post("/secrets", "{\"name\": \"a\", \"value\": \"v\", \"name\": \"b\"}"), 400, "invalid_request")
                .body("errors.pointer", hasItem("/name"))
                .body("errors.detail", hasItem(containsString("Duplicate key")));
        problem(post("/secrets", "{\"name\": \"a\", \"value\": \"v\", \"na\\u006de\": \"b\"}"), 400, "invalid_request")
                .body("errors.pointer", hasItem("/name"));
    }

    @Test
    void invalidUnicodeIsRejected() {
        problem(post("/secrets", "{\"name\": \"a\\ud800\", \"value\": \"v\"}"), 400, "invalid_request")
                .body("errors.pointer", hasItem("/name"));
        problem(post("/secrets", "{\"name\": \"a\\u0000b\", \"value\": \"v\"}"), 400, "invalid_request")
                .body("errors.pointer", hasItem("/name"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void bodyOverOneMebibyteIsTooLarge(int mebibytes) {
        String body = "{\"name\": \"" + "a".repeat(mebibytes << 20) + "\"}";
        problem(post("/secrets", body), 413, "content_too_large");
        // Without a known length, so that it is sent in chunks.
        problem(
                asAdmin()
                        .body(new ByteArrayInputStream(body.getBytes(UTF_8)))
                        .post("/organizations/{id}/secrets", Api.organization()),
                413,
                "content_too_large");
    }

    @Test
    void malformedPathIsAProblemWithTheReason() throws IOException {
        String secrets = "/api/v1/organizations/" + UUID.randomUUID() + "/secrets";
        for (String path : List.of("/api/v1/organizations//members", secrets + "//", "//api/v1/organizations//x")) {
            assertProblem(path, 404, "check that all variables in the URL are set.");
        }
        for (String path : List.of("/api/v1/me%zz", secrets + "?name=%", "/api/v1/a|b", "/%", "/api%2")) {
            assertProblem(path, 400, "The URL is malformed");
        }
    }

    private static void assertProblem(String path, int status, String detail) throws IOException {
        try (RawCaller caller = new RawCaller(RestAssured.port)) {
            RawCaller.Response response =
                    caller.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").response();
            assertThat(response.status()).as(path).isEqualTo(status);
            assertThat(response.values("content-type")).as(path).containsExactly("application/problem+json");
            assertThat(response.body()).as(path).contains(detail, "\"request_id\":\"");
        }
    }

    @Test
    void errorArrivesWhileTheCallerStillSends() {
        problem(Api.asNobody().body("a".repeat(20 << 20)).post("/organizations"), 401, "unauthenticated");
    }

    @Test
    void responseToManyViolationsKeepsTheContractsBounds() {
        String fields = IntStream.range(0, 20_000)
                .mapToObj(i -> "\"field" + i + "\": 1")
                .collect(Collectors.joining(", "));
        problem(post("/secrets", "{" + fields + "}"), 400, "invalid_request").body("errors.size()", equalTo(1_000));
        problem(post("/secrets", "{\"" + "a".repeat(9_000) + "\": 1}"), 400, "invalid_request")
                .body("errors.pointer", hasItems("", "/name"));
    }

    @Test
    void anotherContentTypeIsUnsupported() {
        problem(
                asAdmin().contentType("text/plain").body("name: a").post("/organizations"),
                415,
                "unsupported_media_type");
    }

    @Test
    void onlyJsonIsAcceptable() {
        problem(asAdmin().accept("text/html").get("/me"), 406, "not_acceptable");
    }

    @Test
    void methodNotAllowedListsTheAllowedMethods() {
        problem(asAdmin().patch("/organizations"), 405, "method_not_allowed").header("Allow", "GET, HEAD, POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/organizations/not-a-uuid", "/organizations/not-a-uuid/secrets", "/nothing"})
    void unknownPathIsNotFound(String path) {
        problem(asAdmin().get(path), 404, "not_found");
    }

    @Test
    void unknownPathsOutsideTheApiAreProblemsToo() {
        problem(given().get("/nothing"), 404, "not_found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "page_size=0",
                "page_size=1001",
                "page_size=ten",
                "page_token=abc",
                "page_token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "name=",
                "name=a&name=b",
                "nmae=a"
            })
    void invalidParameterIsNamed(String query) {
        problem(asAdmin().get("/organizations/{id}/secrets?" + query, Api.organization()), 400, "invalid_request")
                .body("errors[0].parameter", equalTo(query.substring(0, query.indexOf('='))));
    }

    @Test
    void overlongParameterIsNamed() {
        problem(asAdmin().queryParam("page_token", "A".repeat(50_000)).get("/organizations"), 400, "invalid_request")
                .body("errors[0].parameter", equalTo("page_token"));
    }

    @Test
    void validRequestIdIsKeptAndAnInvalidOneReplaced() {
        asAdmin()
                .header("X-Request-Id", "my-id:1")
                .get("/nothing")
                .then()
                .header("X-Request-Id", "my-id:1")
                .body("request_id", equalTo("my-id:1"));
        asAdmin().header("X-Request-Id", "not sane").get("/me").then().header("X-Request-Id", not("not sane"));
    }

    @Test
    void staleIfMatchGetsTheCurrentTagWithoutAChange() {
        String organization = Api.organization();
        String stale = Api.get("/organizations/{id}", organization).extract().header("ETag");
        String current = asAdmin()
                .header("If-Match", stale)
                .body(Map.of("name", "first"))
                .put("/organizations/{id}", organization)
                .then()
                .statusCode(200)
                .extract()
                .header("ETag");
        problem(
                        asAdmin()
                                .header("If-Match", stale)
                                .body(Map.of("name", "second"))
                                .put("/organizations/{id}", organization),
                        412,
                        "precondition_failed")
                .header("ETag", current);
        problem(
                asAdmin().header("If-Match", stale).delete("/organizations/{id}", organization),
                412,
                "precondition_failed");
        Api.get("/organizations/{id}", organization).header("ETag", current).body("name", equalTo("first"));
    }

    private static Response post(String collection, String body) {
        return asAdmin().body(body).post("/organizations/{id}" + collection, Api.organization());
    }

    /** Every problem has this shape, and none reveals internals of the server. */
    private static ValidatableResponse problem(Response response, int status, String code) {
        assertThat(response.asString()).doesNotContainPattern("io\\.agyn|java\\.|jackson|hibernate|select |SQL");
        return response.then()
                .statusCode(status)
                .contentType(startsWith("application/problem+json"))
                .body("status", equalTo(status))
                .body("code", equalTo(code))
                .body("request_id", equalTo(response.header("X-Request-Id")));
    }
}
