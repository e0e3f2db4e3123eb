package io.agyn.proxy.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.settings.SettingsReader;
import java.net.InetAddress;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRulesTest {
    private final AddressRules allowing = rules("allow");
    private final AddressRules denying = rules("deny");

    @ParameterizedTest
    @CsvSource({
        "169.254.169.254, metadata",
        "169.254.170.2, metadata",
        "fd00:ec2::254, metadata",
        "100.100.100.200, metadata",
        "168.63.129.16, metadata",
        "192.0.0.192, metadata",
        "fd00:c1::a9fe:a9fe, metadata",
        "fd20:ce::254, metadata",
        "fd00:a9fe:a9fe::1, metadata",
        "169.254.0.1, link-local",
        "169.254.255.255, link-local",
        "fe80::1, link-local",
        "febf:ffff::1, link-local",
        "0.0.0.0, belongs to no host",
        "0.1.2.3, belongs to no host",
        "::, belongs to no host",
        "224.0.0.1, belongs to no host",
        "239.255.255.255, belongs to no host",
        "ff02::1, belongs to no host",
        "255.255.255.255, belongs to no host",
        "::ffff:169.254.169.254, metadata",
        "::ffff:0:169.254.169.254, metadata",
        "::169.254.169.254, metadata",
        "::0.0.0.2, belongs to no host",
        "64:ff9b::169.254.169.254, metadata",
        "64:ff9b::a9fe:1, link-local",
        "64:ff9b:1::169.254.169.254, metadata",
        "2002:a9fe:a9fe::1, metadata",
        "2001:0:a9fe:a9fe:0:0:0:0, metadata",
        "2001:0:0808:0808:0:0:5601:5601, metadata",
        "2001:db8::5efe:169.254.169.254, metadata",
        "2001:db8::200:5efe:169.254.169.254, metadata"
    })
    void deniedAddressIsNeverConnectedTo(String address, String why) {
        for (AddressRules rules : new AddressRules[] {allowing, denying}) {
            assertThat(rules.denial(InetAddress.ofLiteral(address))).hasValueSatisfying(reason -> assertThat(reason)
                    .contains(why)
                    .endsWith("always blocked: use another host")
                    .doesNotContain(address));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.254",
                "::1",
                "fc00::1",
                "fdff::1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "64:ff9b::10.0.0.1",
                "64:ff9b:1::808:808",
                "2002:0a00:0001::1",
                "2002:7f00:0001::1"
            })
    void privateAddressesAreConnectedToUnlessTheOperatorForbidsIt(String address) {
        assertThat(allowing.denial(InetAddress.ofLiteral(address))).isEmpty();
        assertThat(denying.denial(InetAddress.ofLiteral(address))).hasValueSatisfying(reason -> assertThat(reason)
                .contains("AGYN_EGRESS_PRIVATE is deny", "have the operator allow"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "1.1.1.1",
                "172.15.255.255",
                "172.32.0.1",
                "100.63.255.255",
                "100.128.0.1",
                "169.253.255.255",
                "169.255.0.1",
                "192.167.255.255",
                "2606:4700::1111",
                "2001:4860:4860::8888",
                "64:ff9b::8.8.8.8",
                "2002:0808:0808::1",
                "fbff::1"
            })
    void otherInternetAddressesAreAllowed(String address) {
        assertThat(allowing.denial(InetAddress.ofLiteral(address))).isEmpty();
        assertThat(denying.denial(InetAddress.ofLiteral(address))).isEmpty();
    }

    private static AddressRules rules(String privateAddresses) {
        return new AddressRules(SettingsReader.read(Map.of("agyn.egress.private", privateAddresses)));
    }
}
