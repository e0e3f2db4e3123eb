package io.agyn.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ModelTestTimeoutTest extends ClientTest {
    private static final String OK = "{\"succeeded\": true}";

    @Test
    void slowModelOutlastsTheRequestTimeout() {
        server.late(Duration.ofSeconds(2), OK);
        try (AgynClient patient =
                client().requestTimeout(Duration.ofMillis(500)).build()) {
            assertThat(patient.models(UUID.randomUUID()).test(UUID.randomUUID()).getSucceeded())
                    .isTrue();
        }
    }

    @Test
    void modelTestEndsAtItsOwnTimeout() {
        server.stall();
        try (AgynClient hurried =
                client().modelTestTimeout(Duration.ofMillis(500)).build()) {
            assertThatThrownBy(() -> hurried.models(UUID.randomUUID()).test(UUID.randomUUID()))
                    .isInstanceOf(ConnectionException.class);
        }
    }
}
