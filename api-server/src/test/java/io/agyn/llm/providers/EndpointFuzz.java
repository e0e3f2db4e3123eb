package io.agyn.llm.providers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.agyn.api.model.LlmProviderCreate;
import io.agyn.contract.Violations;
import io.agyn.proxy.routing.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Endpoints of LLM providers, as users write them. */
class EndpointFuzz {
    private static final JsonNode SCHEMA = schema();
    private static final Pattern PATTERN = Pattern.compile(SCHEMA.path("pattern").asText());
    private static final LlmProviderRules.OnCreate RULES = new LlmProviderRules.OnCreate();

    @FuzzTest
    void acceptedEndpointIsCalledWhereItSays(byte[] input) {
        String text = new String(input, UTF_8);
        if (!isAccepted(text)) {
            return;
        }
        Endpoint endpoint = Endpoint.of(text);
        String recombined = (endpoint.tls() ? "https://" : "http://") + endpoint.authority() + endpoint.path();
        assertThat(recombined).isEqualTo(normal(text));
        assertThat(Endpoint.of(recombined)).isEqualTo(endpoint);
        assertThat(endpoint.port()).isBetween(1, 65_535);

        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new AssertionError(text, e);
        }
        if (uri.getHost() != null) {
            String host = uri.getHost().replaceAll("[\\[\\]]", "");
            assertThat(endpoint.host()).isEqualTo(host);
            assertThat(endpoint.port()).isEqualTo(uri.getPort() >= 0 ? uri.getPort() : endpoint.tls() ? 443 : 80);
        }
    }

    private static boolean isAccepted(String text) {
        if (text.length() > SCHEMA.path("maxLength").asInt()
                || !PATTERN.matcher(text).matches()) {
            return false;
        }
        Violations violations = new Violations();
        RULES.check(new LlmProviderCreate().endpoint(text), violations);
        return !violations.concern("/endpoint");
    }

    /** Without the default port, zeros before the port, slashes at the end; with a path. */
    private static String normal(String text) {
        Matcher port = Pattern.compile("(https?://[^/]*[^/\\[:]):0*([0-9]+)(/.*|)").matcher(text);
        String normal = text;
        if (port.matches() && !port.group(1).matches(".*\\[[^]]*")) {
            String standard = text.startsWith("https:") ? "443" : "80";
            normal = port.group(1) + (port.group(2).equals(standard) ? "" : ":" + port.group(2)) + port.group(3);
        }
        normal = normal.replaceAll("/+$", "");
        return normal.indexOf('/', "https://".length()) < 0 ? normal + "/v1" : normal;
    }

    private static JsonNode schema() {
        try (InputStream contract = EndpointFuzz.class.getResourceAsStream("/openapi.yaml")) {
            return new YAMLMapper().readTree(contract).at("/components/schemas/Endpoint");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
