package io.agyn.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ThrottleTest {
    private static final String PREFIX = "agyn_1234567";

    private final Throttle throttle = new Throttle(2);

    @Test
    void addressIsThrottledBeyondTheLimit() {
        assertThat(throttle.isThrottled("192.0.2.1", "a")).isFalse();
        assertThat(throttle.isThrottled("192.0.2.1", "b")).isFalse();
        assertThat(throttle.isThrottled("192.0.2.1", "c")).isTrue();
        assertThat(throttle.isThrottled("192.0.2.2", "d")).isFalse();
    }

    @Test
    void guessesAtOneTokenAreThrottledFromAllAddresses() {
        assertThat(throttle.isThrottled("192.0.2.1", PREFIX + "a")).isFalse();
        assertThat(throttle.isThrottled("192.0.2.2", PREFIX + "b")).isFalse();
        assertThat(throttle.isThrottled("192.0.2.3", PREFIX + "c")).isTrue();
        assertThat(throttle.isThrottled("192.0.2.4", "agyn_7654321d")).isFalse();
    }

    @Test
    void tokensTooShortForAPrefixAreThrottledByAddressOnly() {
        for (int i = 1; i < 10; i++) {
            assertThat(throttle.isThrottled("192.0.2." + i, PREFIX)).isFalse();
        }
    }

    @Test
    void ipv6NetworkCountsAsOneAddress() {
        assertThat(throttle.isThrottled("2001:db8::1", "a")).isFalse();
        assertThat(throttle.isThrottled("2001:db8::2", "b")).isFalse();
        assertThat(throttle.isThrottled("2001:db8::3", "c")).isTrue();
        assertThat(throttle.isThrottled("2001:db8:0:1::3", "d")).isFalse();
    }

    @Test
    void otherAddressesAreCountedAsTheyAre() {
        assertThat(Throttle.network("192.0.2.1")).isEqualTo("192.0.2.1");
        assertThat(Throttle.network("unknown")).isEqualTo("unknown");
        assertThat(Throttle.network("2001:db8::1")).isEqualTo("20010db800000000");
    }

    @Test
    void failedTokensAreMeasured() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        throttle.measure(new StartupEvent(), registry);
        throttle.isThrottled("192.0.2.1", "a");
        throttle.isThrottled("192.0.2.2", "b");
        assertThat(registry.get("agyn.tokens.failed").functionCounter().count()).isEqualTo(2);
    }
}
