package io.agyn.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SourceAddressTest {
    private final SourceAddress trustsNobody = new SourceAddress("");
    private final SourceAddress trustsProxies = new SourceAddress("10.0.0.0/8, 2001:db8::1");

    @Test
    void withoutTrustedProxiesItIsThePeer() {
        assertThat(trustsNobody.source("10.0.0.1", List.of("192.0.2.1"))).isEqualTo("10.0.0.1");
    }

    @Test
    void addressFromATrustedProxyIsUsed() {
        assertThat(trustsProxies.source("10.0.0.1", List.of("192.0.2.1"))).isEqualTo("192.0.2.1");
        assertThat(trustsProxies.source("2001:db8::1", List.of("192.0.2.1"))).isEqualTo("192.0.2.1");
        assertThat(trustsProxies.source("192.0.2.9", List.of("192.0.2.1"))).isEqualTo("192.0.2.9");
    }

    @Test
    void addressInventedByACallerIsIgnored() {
        assertThat(trustsProxies.source("10.0.0.1", List.of("198.51.100.7, 192.0.2.1, 10.1.1.1")))
                .isEqualTo("192.0.2.1");
        assertThat(trustsProxies.source("10.0.0.1", List.of("198.51.100.7", "192.0.2.1")))
                .isEqualTo("192.0.2.1");
        assertThat(trustsProxies.source("10.0.0.1", List.of("198.51.100.7, nonsense")))
                .isEqualTo("10.0.0.1");
    }

    @Test
    void proxyWithoutForwardedHeaderIsTheSource() {
        assertThat(trustsProxies.source("10.0.0.1", List.of())).isEqualTo("10.0.0.1");
        assertThat(trustsProxies.source("10.0.0.1", List.of("10.0.0.2"))).isEqualTo("10.0.0.2");
    }
}
