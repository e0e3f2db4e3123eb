package io.agyn.proxy.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {
    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com/v1, true, api.openai.com, 443, api.openai.com, /v1",
        "https://api.anthropic.com, true, api.anthropic.com, 443, api.anthropic.com, /v1",
        "http://api.example/, false, api.example, 80, api.example, /v1",
        "http://my_provider:8080/a//, false, my_provider, 8080, my_provider:8080, /a",
        "https://h:443/openai/v1/, true, h, 443, h, /openai/v1",
        "http://h:443/a%2Fb, false, h, 443, h:443, /a%2Fb",
        "http://[::1]:9000, false, ::1, 9000, [::1]:9000, /v1",
        "https://[2001:db8::1]/v2, true, 2001:db8::1, 443, [2001:db8::1], /v2",
        "http://10.0.0.1:65535/x:y@z, false, 10.0.0.1, 65535, 10.0.0.1:65535, /x:y@z",
    })
    void whateverEndpointIsStoredCanBeCalled(
            String text, boolean tls, String host, int port, String authority, String path) {
        assertThat(Endpoint.of(text)).isEqualTo(new Endpoint(tls, host, port, authority, path));
    }
}
