package io.agyn.console.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.Header;
import io.agyn.scripted.ScriptedProvider;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class ModelTestPagesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern CSRF = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");
    private static ScriptedProvider cloud;

    private String organization;

    @BeforeAll
    static void start() {
        cloud = ScriptedProvider.start();
        cloud.accept(new Header("authorization", "Bearer sk-right"), new Header("x-api-key", "sk-right"));
    }

    @AfterAll
    static void stop() {
        cloud.close();
    }

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
        cloud.forget();
    }

    @ParameterizedTest
    @CsvSource({"responses, bearer", "anthropic_messages, x_api_key"})
    void memberTestsAModelWithoutAScript(String protocol, String authMethod) throws Exception {
        String model = model(protocol, authMethod, "sk-right", "remote");
        Visitor member = Visitor.signedIn(Api.tokenOfNew("member", organization));
        assertThat(member.page(path(model))).contains(">Hello, world</textarea>");
        Response tested = member.submit(path(model), path(model) + "/test", Map.of("prompt", "What is <b>new</b>?"));
        tested.then().statusCode(200);
        assertThat(tested.asString())
                .contains(">Hello from the scripted provider.</pre>", "The model has responded")
                .contains("Time to first token", "Input tokens", "Output tokens</dt><dd>12")
                .contains("What is &lt;b&gt;new&lt;/b&gt;?");
        JsonNode asked = JSON.readTree(cloud.received().getFirst().text());
        assertThat(asked.path("stream").asBoolean()).isTrue();
        assertThat(asked.toString()).contains("What is <b>new</b>?");
        assertThat(recorded()).isEqualTo(1);
    }

    @Test
    void responseStreamsInPieces() throws Exception {
        String model = model("responses", "bearer", "sk-right", "remote");
        List<JsonNode> lines = stream(Visitor.signedIn(Api.adminToken()), model);
        assertThat(lines.subList(0, lines.size() - 1))
                .map(line -> line.path("text").asText())
                .containsExactly("Hello", " from", " the", " scripted", " provider.");
        assertThat(lines.getLast().path("html").asText()).contains("The model has responded", "Time to first token");
    }

    @Test
    void providerErrorIsShownVerbatimAndExplained() throws Exception {
        String model = model("anthropic_messages", "x_api_key", "sk-right", "scripted:status=429");
        assertThat(stream(Visitor.signedIn(Api.adminToken()), model))
                .singleElement()
                .satisfies(line -> assertThat(line.path("html").asText())
                        .contains(
                                "is rate limiting calls",
                                "The LLM provider returned 429:",
                                "&quot;rate_limit_error&quot;"));
    }

    @Test
    void rejectedCredentialsAreExplained() throws Exception {
        String model = model("responses", "bearer", "sk-wrong", "remote");
        assertThat(stream(Visitor.signedIn(Api.adminToken()), model)
                        .getLast()
                        .path("html")
                        .asText())
                .contains("rejected the credentials", "The LLM provider returned 401:", "invalid_api_key");
    }

    @ParameterizedTest
    @CsvSource({"responses, bearer", "anthropic_messages, x_api_key"})
    void interruptedResponseIsIncomplete(String protocol, String authMethod) throws Exception {
        String model = model(protocol, authMethod, "sk-right", "scripted:events=20;every=20ms;break=12");
        List<JsonNode> lines = stream(Visitor.signedIn(Api.adminToken()), model);
        assertThat(lines.size()).isGreaterThan(1);
        assertThat(lines.getLast().path("html").asText())
                .contains("The test failed", "closed the connection before the response was complete");
    }

    @Test
    void emptyPromptIsRejected() {
        String model = model("responses", "bearer", "sk-right", "remote");
        Visitor.signedIn(Api.adminToken())
                .submit(path(model), path(model) + "/test", Map.of("prompt", " "))
                .then()
                .statusCode(422)
                .body(containsString("href=\"#prompt\""));
        assertThat(cloud.received()).isEmpty();
    }

    @Test
    void modelOfAnotherTenantIsNotCalled() {
        String model = model("responses", "bearer", "sk-right", "remote");
        Visitor other = Visitor.signedIn(Api.tokenOfNew("owner", Api.organization()));
        other.submit("/organizations", path(model) + "/test", Map.of("prompt", "Hi"))
                .then()
                .statusCode(404);
        assertThat(cloud.received()).isEmpty();
    }

    private String path(String model) {
        return "/organizations/" + organization + "/models/" + model;
    }

    private List<JsonNode> stream(Visitor visitor, String model) throws IOException {
        Matcher csrf = CSRF.matcher(visitor.page(path(model)));
        assertThat(csrf.find()).isTrue();
        Response response = visitor.request()
                .header("HX-Request", "true")
                .formParam("csrf", csrf.group(1))
                .formParam("prompt", "Hello")
                .post(path(model) + "/test");
        response.then().statusCode(200).contentType("application/x-ndjson");
        List<JsonNode> lines = new ArrayList<>();
        for (String line : response.asString().split("\n")) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    /** The number of calls in the usage; waits for the first one. */
    private int recorded() {
        return await().until(
                        () -> Api.get("/organizations/{id}/usage/records", organization)
                                .extract()
                                .<List<?>>path("items")
                                .size(),
                        count -> count > 0);
    }

    private String model(String protocol, String authMethod, String key, String remoteModel) {
        String provider = created(
                "llm-providers",
                Api.providerBody(
                        authMethod, Map.of("token", key, "protocol", protocol, "endpoint", cloud.origin() + "/v1")));
        return created(
                "models",
                Map.of("name", Api.freshName("model"), "provider_id", provider, "remote_model_name", remoteModel));
    }

    private String created(String collection, Map<String, ?> body) {
        return Api.asAdmin()
                .body(body)
                .post("/organizations/{org}/" + collection, organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }
}
