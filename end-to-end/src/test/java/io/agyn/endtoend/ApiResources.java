package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.assertj.core.api.SoftAssertions;

/** Compares the resources in the REST API with terraform's state. */
final class ApiResources {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<String, String> COLLECTIONS = Map.of(
            "agyn_secret", "secrets",
            "agyn_secret_provider", "secret-providers",
            "agyn_llm_provider", "llm-providers",
            "agyn_llm_model", "models");

    private static final Set<String> CREDENTIALS = Set.of(
            "value",
            "token",
            "secret_id",
            "custom_headers",
            "value_wo",
            "token_wo",
            "secret_id_wo",
            "custom_headers_wo");

    private static final Set<String> OF_THE_CONFIGURATION_ALONE = Set.of(
            "timeouts", "value_wo_version", "token_wo_version", "secret_id_wo_version", "custom_headers_wo_version");

    private final Server server;

    ApiResources(Server server) {
        this.server = server;
    }

    /** Asserts that all attributes equal the API's, and that no response contains a credential. */
    void assertAgreesWith(State state) throws IOException {
        SoftAssertions softly = new SoftAssertions();
        for (State.Resource resource : state.resources()) {
            String response = server.request()
                    .get(path(resource))
                    .then()
                    .statusCode(200)
                    .extract()
                    .asString();
            state.credentials().forEach(credential -> softly.assertThat(response)
                    .as("GET %s", path(resource))
                    .doesNotContain(credential));
            assertAgree(softly, resource, JSON.readTree(response));
        }
        softly.assertAll();
    }

    /** Asserts that all of terraform's resources are deleted. */
    void assertContainsNoneOf(State state) throws IOException {
        for (State.Resource resource : state.resources()) {
            if (resource.managed()) {
                int status = server.request().get(path(resource)).statusCode();
                assertThat(status)
                        .as("status of %s after destroy", resource.address())
                        .isEqualTo(404);
            }
        }
    }

    List<String> organizationSlugs() throws IOException {
        return server.request()
                .get("organizations")
                .then()
                .statusCode(200)
                .extract()
                .path("items.slug");
    }

    private static void assertAgree(SoftAssertions softly, State.Resource resource, JsonNode response) {
        assertAgree(softly, resource.address(), resource.values(), resource.sensitive(), response);
        if (resource.managed() && resource.type().equals("agyn_llm_provider")) {
            assertHasCredentials(softly, resource, response);
        }
    }

    private static void assertAgree(
            SoftAssertions softly, String address, JsonNode values, JsonNode sensitive, JsonNode response) {
        values.properties().forEach(attribute -> {
            String name = attribute.getKey();
            if (OF_THE_CONFIGURATION_ALONE.contains(name)) {
                return;
            }
            JsonNode value = attribute.getValue();
            String place = address + "." + name;
            if (CREDENTIALS.contains(name)) {
                softly.assertThat(response.has(name))
                        .as("%s is in the response", place)
                        .isFalse();
                softly.assertThat(value.isNull() || State.isSensitive(sensitive.path(name)))
                        .as("%s is sensitive", place)
                        .isTrue();
            } else if (value.isObject()) {
                assertAgree(softly, place, value, sensitive.path(name), response.path(name));
            } else {
                softly.assertThat(response.get(name)).as(place).isEqualTo(value);
            }
        });
    }

    // The API returns no credentials, only whether they are set.
    private static void assertHasCredentials(SoftAssertions softly, State.Resource provider, JsonNode response) {
        softly.assertThat(response.required("has_token").asBoolean())
                .as("%s has a token", provider.address())
                .isEqualTo(!provider.values().path("token").isNull());
        softly.assertThat(StreamSupport.stream(
                                response.required("custom_header_names").spliterator(), false)
                        .map(JsonNode::asText))
                .as("header names of %s", provider.address())
                .containsExactlyInAnyOrderElementsOf(
                        () -> provider.values().path("custom_headers").fieldNames());
    }

    private static String path(State.Resource resource) {
        if (resource.type().equals("agyn_organization")) {
            return "organizations/" + resource.text("id");
        }
        String collection = COLLECTIONS.get(resource.type());
        assertThat(collection)
                .as("the API's collection of %s, missing in %s", resource.type(), ApiResources.class.getName())
                .isNotNull();
        return "organizations/" + resource.text("organization_id") + "/" + collection + "/" + resource.text("id");
    }
}
