package io.agyn.proxy.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {
    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com/v1, true, api.openai.com, 443, https://api.openai.com:443, /v1",
        "https://api.anthropic.com, true, api.anthropic.com, 443, https://api.anthropic.com:443, /v1",
        "http://api.example/, false, api.example, 80, http://api.example:80, /v1",
        "http://my_provider:8080/a//, false, my_provider, 8080, http://my_provider:8080, /a",
        "https://H.example:443/openai/v1/, true, H.example, 443, https://h.example:443, /openai/v1",
        "https://h.example./v1, true, h.example., 443, https://h.example:443, /v1",
        "http://h:443/a%2Fb, false, h, 443, http://h:443, /a%2Fb",
        "http://[::1]:9000, false, ::1, 9000, http://[::1]:9000, /v1",
        "https://[2001:DB8::1]/v2, true, 2001:DB8::1, 443, https://[2001:db8::1]:443, /v2",
        "http://10.0.0.1:65535/x:y@z, false, 10.0.0.1, 65535, http://10.0.0.1:65535, /x:y@z",
    })
    void everyStoredEndpointCanBeCalled(String text, boolean tls, String host, int port, String origin, String path) {
        assertThat(Endpoint.of(text)).isEqualTo(new Endpoint(tls, host, port, origin, path));
    }
}
