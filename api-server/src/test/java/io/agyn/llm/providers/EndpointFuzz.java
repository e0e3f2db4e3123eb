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
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;

/** Endpoints of LLM providers, as users write them. */
@Timeout(60)
class EndpointFuzz {
    private static final JsonNode SCHEMA = schema();
    private static final Pattern PATTERN =
            Pattern.compile(SCHEMA.path("pattern").asText());
    private static final LlmProviderRules.OnCreate RULES = new LlmProviderRules.OnCreate();

    @FuzzTest
    void acceptedEndpointIsCalledWhereItSays(byte[] input) {
        String text = new String(input, UTF_8);
        if (!isAccepted(text)) {
            return;
        }
        Endpoint endpoint = Endpoint.of(text);
        assertThat(endpoint.origin() + endpoint.path()).isEqualTo(normal(text));
        assertThat(text).startsWith(endpoint.tls() ? "https://" : "http://");
        assertThat(Endpoint.of(normal(text)).origin()).isEqualTo(endpoint.origin());
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
        return !violations.existAt("/endpoint");
    }

    /** With the host in lower case, a port, a path, and no slash at the end. */
    private static String normal(String text) {
        int host = text.indexOf("://") + 3;
        int path = text.indexOf('/', host) < 0 ? text.length() : text.indexOf('/', host);
        int colon = text.lastIndexOf(':', path - 1);
        boolean hasPort = colon > text.lastIndexOf(']', path - 1) && colon >= host;
        int defaultPort = text.startsWith("https:") ? 443 : 80;
        int port = hasPort ? Integer.parseInt(text.substring(colon + 1, path)) : defaultPort;
        int end = text.length();
        while (end > path && text.charAt(end - 1) == '/') {
            end--;
        }
        return text.substring(0, hasPort ? colon : path).toLowerCase(Locale.ROOT)
                + ":"
                + port
                + (end == path ? "/v1" : text.substring(path, end));
    }

    private static JsonNode schema() {
        try (InputStream contract = EndpointFuzz.class.getResourceAsStream("/openapi.yaml")) {
            return new YAMLMapper().readTree(contract).at("/components/schemas/Endpoint");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
