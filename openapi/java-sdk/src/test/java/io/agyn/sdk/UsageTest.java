package io.agyn.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.sdk.model.CallOperation;
import io.agyn.sdk.model.CallOutcome;
import io.agyn.sdk.model.UsageRecord;
import io.agyn.sdk.model.UsageReport;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UsageTest extends ClientTest {
    private static final OffsetDateTime JANUARY = OffsetDateTime.parse("2026-01-01T01:00:00+01:00");

    private final UUID organization = UUID.randomUUID();
    private final Usage usage = client.usage(organization);
    private final String path = "/api/v1/organizations/" + organization + "/usage";

    @Test
    void aggregatesByTheRequestedDimensions() {
        server.respond(200, """
                {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "rows": [
                 {"started_at": "2026-01-31T00:00:00Z", "model_name": "fast", "outcome": null, "calls": 3,
                  "average_duration_ms": 12.5, "average_time_to_first_byte_ms": null}]}""");

        UsageReport report = usage.sum(
                UsageSelection.all().from(JANUARY).to(JANUARY.plusMonths(1)), UsageGroup.MODEL, UsageGroup.DAY);

        assertThat(report.getRows()).singleElement().satisfies(row -> {
            assertThat(row.getModelName()).isEqualTo("fast");
            assertThat(row.getCalls()).isEqualTo(3);
            assertThat(row.getAverageDurationMs()).isEqualTo(12.5);
            assertThat(row.getAverageTimeToFirstByteMs()).isNull();
            assertThat(row.getOutcome()).isNull();
        });
        assertThat(server.requests().getFirst().uri())
                .isEqualTo(path + "?from=2026-01-01T01%3A00%3A00%2B01%3A00&to=2026-02-01T01%3A00%3A00%2B01%3A00"
                        + "&group_by=model%2Cday");
    }

    @Test
    void emptySelectionSendsNoFilters() {
        server.respond(200, "{\"rows\": []}");
        usage.sum(UsageSelection.all());
        assertThat(server.requests().getFirst().uri()).isEqualTo(path);
    }

    @Test
    void listsSelectedRecords() {
        UUID model = UUID.randomUUID();
        UUID provider = UUID.randomUUID();
        UUID user = UUID.randomUUID();
        UUID apiToken = UUID.randomUUID();
        server.respond(200, "{\"items\": [{\"request_id\": \"a\"}], \"next_page_token\": \"2\"}")
                .respond(200, "{\"items\": [{\"request_id\": \"b\"}], \"next_page_token\": null}");

        assertThat(usage.records(UsageSelection.all()
                        .model(model)
                        .provider(provider)
                        .user(user)
                        .apiToken(apiToken)
                        .outcome(CallOutcome.UPSTREAM_ERROR)
                        .operation(CallOperation.RETRIEVE_RESPONSE)))
                .extracting(UsageRecord::getRequestId)
                .containsExactly("a", "b");

        String filters = "&model_id=" + model + "&provider_id=" + provider + "&user_id=" + user + "&api_token_id="
                + apiToken + "&outcome=upstream_error&operation=retrieve_response";
        assertThat(server.requests())
                .extracting(ScriptedServer.Request::uri)
                .containsExactly(
                        path + "/records?page_size=100" + filters,
                        path + "/records?page_size=100&page_token=2" + filters);
    }
}
