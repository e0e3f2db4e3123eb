package io.agyn.proxy.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class HandshakeTest {
    /** RFC 6455, section 1.3. */
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    private static final String ACCEPTED = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    @Test
    void keyIsAcceptedAsInTheStandard() {
        assertThat(Handshake.accepted(KEY)).isEqualTo(ACCEPTED);
    }

    @Test
    void responseMustAcceptTheKeyWithoutExtensions() {
        assertThat(Handshake.isAccepted(response(), KEY)).isTrue();
        assertThat(Handshake.isAccepted(response(), "AAAAAAAAAAAAAAAAAAAAAA==")).isFalse();
        assertThat(Handshake.isAccepted(response().remove("upgrade"), KEY)).isFalse();
        assertThat(Handshake.isAccepted(response().set("connection", "keep-alive"), KEY))
                .isFalse();
        assertThat(Handshake.isAccepted(response().set("sec-websocket-extensions", "permessage-deflate"), KEY))
                .isFalse();
        assertThat(Handshake.isAccepted(response().set("sec-websocket-protocol", "chat"), KEY))
                .isFalse();
    }

    @Test
    void requestsHaveAFreshKey() {
        MultiMap headers = HttpHeaders.headers();
        String key = Handshake.request(headers);
        assertThat(headers.get("sec-websocket-key")).isEqualTo(key);
        assertThat(headers.get("sec-websocket-version")).isEqualTo("13");
        assertThat(headers.contains("sec-websocket-extensions")).isFalse();
        assertThat(Handshake.request(headers)).isNotEqualTo(key);
    }

    private static MultiMap response() {
        return HttpHeaders.headers()
                .add("upgrade", "WebSocket")
                .add("connection", "keep-alive, upgrade")
                .add("sec-websocket-accept", ACCEPTED);
    }
}
