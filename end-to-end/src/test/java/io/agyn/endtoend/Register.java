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

/** What the REST API says is registered, held against what terraform says. */
final class Register {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<String, String> COLLECTIONS = Map.of(
            "agyn_secret", "secrets",
            "agyn_llm_provider", "llm-providers",
            "agyn_llm_model", "models");

    private static final Set<String> CREDENTIALS =
            Set.of("value", "token", "custom_headers", "value_wo", "token_wo", "custom_headers_wo");

    private static final Set<String> OF_THE_CONFIGURATION_ALONE =
            Set.of("timeouts", "value_wo_version", "token_wo_version", "custom_headers_wo_version");

    private final Server server;

    Register(Server server) {
        this.server = server;
    }

    /** Every attribute of every resource and data source is what the API answers, and no answer holds a credential. */
    void assertAgreesWith(State state) throws IOException {
        SoftAssertions softly = new SoftAssertions();
        for (State.Thing thing : state.things()) {
            String answer = server.request()
                    .get(path(thing))
                    .then()
                    .statusCode(200)
                    .extract()
                    .asString();
            state.credentials()
                    .forEach(credential ->
                            softly.assertThat(answer).as("GET %s", path(thing)).doesNotContain(credential));
            assertAgree(softly, thing, JSON.readTree(answer));
        }
        softly.assertAll();
    }

    /** Nothing that terraform had made is there any more. */
    void assertHoldsNoneOf(State state) throws IOException {
        for (State.Thing thing : state.things()) {
            if (thing.managed()) {
                int status = server.request().get(path(thing)).statusCode();
                assertThat(status)
                        .as("status of %s after destroy", thing.address())
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

    private static void assertAgree(SoftAssertions softly, State.Thing thing, JsonNode answer) {
        thing.values().properties().forEach(attribute -> {
            String name = attribute.getKey();
            JsonNode value = attribute.getValue();
            String place = thing.address() + "." + name;
            if (CREDENTIALS.contains(name)) {
                softly.assertThat(answer.has(name)).as("%s is answered", place).isFalse();
                softly.assertThat(value.isNull() || thing.hides(name))
                        .as("%s is sensitive", place)
                        .isTrue();
            } else if (!OF_THE_CONFIGURATION_ALONE.contains(name)) {
                softly.assertThat(answer.get(name)).as(place).isEqualTo(value);
            }
        });
        if (thing.managed() && thing.type().equals("agyn_llm_provider")) {
            assertHasCredentials(softly, thing, answer);
        }
    }

    // Credentials are not answered, but that they arrived is.
    private static void assertHasCredentials(SoftAssertions softly, State.Thing provider, JsonNode answer) {
        softly.assertThat(answer.required("has_token").asBoolean())
                .as("%s has a token", provider.address())
                .isEqualTo(!provider.values().path("token").isNull());
        softly.assertThat(StreamSupport.stream(
                                answer.required("custom_header_names").spliterator(), false)
                        .map(JsonNode::asText))
                .as("header names of %s", provider.address())
                .containsExactlyInAnyOrderElementsOf(
                        () -> provider.values().path("custom_headers").fieldNames());
    }

    private static String path(State.Thing thing) {
        if (thing.type().equals("agyn_organization")) {
            return "organizations/" + thing.text("id");
        }
        String collection = COLLECTIONS.get(thing.type());
        assertThat(collection)
                .as("the API's collection of %s, which %s does not know yet", thing.type(), Register.class.getName())
                .isNotNull();
        return "organizations/" + thing.text("organization_id") + "/" + collection + "/" + thing.text("id");
    }
}
