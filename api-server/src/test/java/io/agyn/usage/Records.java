package io.agyn.usage;

import io.agyn.api.model.Protocol;
import io.agyn.rest.Uuid7;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** Records of calls, for tests: one is like another but for what a test says of it. */
final class Records {
    UUID organization;
    Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
    UUID modelId = UUID.randomUUID();
    String model = "fast";
    UUID providerId = UUID.randomUUID();
    String provider = "openai-prod";
    UUID tokenId = UUID.randomUUID();
    UUID userId = UUID.randomUUID();
    Long inputTokens = 100L;
    Long outputTokens = 10L;
    Duration timeToFirstByte = Duration.ofMillis(20);
    Duration duration = Duration.ofMillis(50);
    Integer status = 200;
    Outcome outcome = Outcome.COMPLETED;

    Records(UUID organization) {
        this.organization = organization;
    }

    CallRecord next() {
        return new CallRecord(
                Uuid7.next(),
                startedAt,
                "request-" + UUID.randomUUID(),
                organization,
                modelId,
                model,
                providerId,
                provider,
                tokenId,
                userId,
                Protocol.RESPONSES,
                true,
                inputTokens,
                4L,
                null,
                outputTokens,
                2L,
                timeToFirstByte,
                duration,
                status,
                outcome);
    }
}
