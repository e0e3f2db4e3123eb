package io.agyn.usage.query;

import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.usage.CallRecord;
import io.agyn.usage.Outcome;
import io.agyn.usage.Records;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The records of calls. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class UsageRecordsTest {
    private static final String RECORDS = "/organizations/{org}/usage/records";

    @Inject
    DataSource dataSource;

    private String organization;
    private Records calls;

    @BeforeEach
    void aFreshOrganization() {
        organization = Api.organization();
        calls = new Records(UUID.fromString(organization));
        calls.startedAt = Instant.parse("2026-03-01T10:59:59.999999Z");
    }

    @Test
    void recordsComeInPagesTheNewestFirst() throws SQLException {
        List<CallRecord> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            // Two at the same time, and some on other days.
            calls.startedAt = Instant.parse("2026-03-0%dT10:00:00.123456Z".formatted(1 + i / 2));
            made.add(calls.next());
        }
        load(made.toArray(CallRecord[]::new));
        List<String> newestFirst =
                made.reversed().stream().map(record -> record.id().toString()).toList();

        List<String> found = new ArrayList<>();
        String next = null;
        do {
            var request = asAdmin().queryParam("page_size", 2);
            if (next != null) {
                request.queryParam("page_token", next);
            }
            var page = request.get(RECORDS, organization).then().statusCode(200).extract();
            found.addAll(page.path("items.id"));
            next = page.path("next_page_token");
        } while (next != null);

        assertThat(found).isEqualTo(newestFirst);
        asAdmin()
                .get(RECORDS + "?from=2026-03-02T00:00:00Z&to=2026-03-03T10:00:00.123456Z", organization)
                .then()
                .statusCode(200)
                .body("items.id", equalTo(newestFirst.subList(1, 3)));
    }

    @Test
    void recordContainsAllStoredFields() throws SQLException {
        calls.outcome = Outcome.UPSTREAM_TRUNCATED;
        calls.duration = Duration.ofNanos(1_234_567_890);
        CallRecord call = calls.next();
        calls.outcome = Outcome.COMPLETED;
        load(call, calls.next());

        asAdmin()
                .get(RECORDS + "?outcome=upstream_truncated&model_id=" + call.modelId(), organization)
                .then()
                .statusCode(200)
                .body("items.size()", equalTo(1))
                .body("items[0].id", equalTo(call.id().toString()))
                .body("items[0].started_at", equalTo("2026-03-01T10:59:59.999999Z"))
                .body("items[0].request_id", equalTo(call.requestId()))
                .body("items[0].organization_id", equalTo(organization))
                .body("items[0].model_id", equalTo(call.modelId().toString()))
                .body("items[0].model_name", equalTo("fast"))
                .body("items[0].provider_id", equalTo(call.providerId().toString()))
                .body("items[0].provider_name", equalTo("openai-prod"))
                .body("items[0].api_token_id", equalTo(call.tokenId().toString()))
                .body("items[0].user_id", equalTo(call.userId().toString()))
                .body("items[0].protocol", equalTo("responses"))
                .body("items[0].streamed", equalTo(true))
                .body("items[0].input_tokens", equalTo(100))
                .body("items[0].cached_input_tokens", equalTo(4))
                .body("items[0].cache_write_tokens", nullValue())
                .body("items[0].output_tokens", equalTo(10))
                .body("items[0].reasoning_tokens", equalTo(2))
                .body("items[0].time_to_first_byte_ms", equalTo(20.0f))
                .body("items[0].duration_ms", equalTo(1234.567f))
                .body("items[0].status", equalTo(200))
                .body("items[0].outcome", equalTo("upstream_truncated"));
    }

    @ParameterizedTest
    @CsvSource({
        "from, from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z",
        "page_token, page_token=none",
        "group_by, group_by=model",
        "outcome, outcome=failed",
    })
    void invalidRecordsRequestErrorNamesTheCause(String parameter, String query) {
        asAdmin()
                .get("/organizations/" + organization + "/usage/records?" + query)
                .then()
                .statusCode(400)
                .body("errors.parameter", equalTo(List.of(parameter)));
    }

    private void load(CallRecord... records) throws SQLException {
        Records.load(dataSource, records);
    }
}
