package io.agyn.usage;

import io.agyn.api.model.CallOperation;
import io.agyn.api.model.Protocol;
import io.agyn.ids.Uuid7;
import io.agyn.usage.ingest.CopyLines;
import io.agyn.usage.ingest.UsageTable;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** Usage records for tests: equal except for the given values. */
public final class Records {
    public UUID organization;
    public Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
    public UUID modelId = UUID.randomUUID();
    public String model = "fast";
    public UUID providerId = UUID.randomUUID();
    public String provider = "openai-prod";
    public UUID tokenId = UUID.randomUUID();
    public UUID userId = UUID.randomUUID();
    public CallOperation operation = CallOperation.CREATE_RESPONSE;
    public CallUsage usage;
    public Long inputTokens = 100L;
    public Long outputTokens = 10L;
    public Duration timeToFirstByte = Duration.ofMillis(20);
    public Duration duration = Duration.ofMillis(50);
    public Integer status = 200;
    public Outcome outcome = Outcome.COMPLETED;
    public String threadId;

    /** Records of an organization. */
    public Records(UUID organization) {
        this.organization = organization;
    }

    /** The next one. */
    public CallRecord next() {
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
                operation,
                true,
                usage == null
                        ? new CallUsage(inputTokens, 4L, null, null, null, outputTokens, 2L, null, null, null, null)
                        : usage,
                timeToFirstByte,
                duration,
                status,
                outcome,
                threadId);
    }

    /** Loads records into the database, as the server does. */
    public static void load(DataSource database, CallRecord... records) throws SQLException {
        LineBuffer lines = new LineBuffer();
        CopyLines format = new CopyLines();
        Stream.of(records).forEach(record -> format.append(lines, record));
        byte[] bytes = lines.toBytes();
        new UsageTable(database).load(bytes, bytes.length, CopyLines.COLUMNS, line -> {
            throw new AssertionError(new String(line, StandardCharsets.UTF_8));
        });
    }
}
