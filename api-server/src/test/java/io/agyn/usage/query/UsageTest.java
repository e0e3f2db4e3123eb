package io.agyn.usage.query;

import static io.agyn.testing.Api.as;
import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.api.model.UsageUnknownReason;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.usage.Outcome;
import io.agyn.usage.Records;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class UsageTest {
    private static final String SUMS = "/organizations/{org}/usage";
    private static final String RECORDS = SUMS + "/records";
    private static final String MONTH = "?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z";

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
    void withoutGroupsThereIsOneRowOfAll() throws SQLException {
        CallRecord first = calls.next();
        calls.duration = Duration.ofMillis(150);
        calls.timeToFirstByte = null;
        calls.inputTokens = null;
        calls.outputTokens = Long.MAX_VALUE;
        calls.outcome = Outcome.UPSTREAM_ERROR;
        CallRecord second = calls.next();
        calls.outcome = Outcome.CLIENT_CANCELLED;
        calls.status = null;
        load(first, second, calls.next());

        sums("").body("from", equalTo("2026-03-01T00:00:00Z"))
                .body("to", equalTo("2026-04-01T00:00:00Z"))
                .body("rows.size()", equalTo(1))
                .body("rows[0].calls", equalTo(3))
                .body("rows[0].errors", equalTo(1))
                .body("rows[0].input_tokens", equalTo(100))
                .body("rows[0].cached_input_tokens", equalTo(12))
                .body("rows[0].cache_write_tokens", equalTo(0))
                .body("rows[0].output_tokens", equalTo(10))
                .body("rows[0].reasoning_tokens", equalTo(6))
                .body("rows[0].average_duration_ms", equalTo(116.667f))
                .body("rows[0].average_time_to_first_byte_ms", equalTo(20.0f))
                .body("rows[0].model_id", nullValue())
                .body("rows[0].model", nullValue())
                .body("rows[0].started_at", nullValue());
    }

    @Test
    void detailsOfUsageAreListedAndSummedUp() throws SQLException {
        calls.usage = new CallUsage(10L, 7L, 5L, 2L, 3L, 9L, 4L, 6L, 1L, "priority", null);
        CallRecord first = calls.next();
        calls.usage = new CallUsage(
                null, null, null, null, null, null, null, null, null, null, UsageUnknownReason.UNSUPPORTED_ENCODING);
        calls.startedAt = calls.startedAt.minusSeconds(1);
        load(first, calls.next(), calls.next());

        sums("").body("rows[0].cache_write_5m_tokens", equalTo(2))
                .body("rows[0].cache_write_1h_tokens", equalTo(3))
                .body("rows[0].web_search_requests", equalTo(6))
                .body("rows[0].web_fetch_requests", equalTo(1))
                .body("rows[0].unknown_usage_calls", equalTo(2))
                .body("rows[0].operation", nullValue());
        asAdmin()
                .get(RECORDS, organization)
                .then()
                .statusCode(200)
                .body("items[0].operation", equalTo("create_response"))
                .body("items[0].cache_write_5m_tokens", equalTo(2))
                .body("items[0].cache_write_1h_tokens", equalTo(3))
                .body("items[0].web_search_requests", equalTo(6))
                .body("items[0].web_fetch_requests", equalTo(1))
                .body("items[0].service_tier", equalTo("priority"))
                .body("items[0].usage_unknown_reason", nullValue())
                .body("items[1].usage_unknown_reason", equalTo("unsupported_encoding"))
                .body("items[1].service_tier", nullValue());
    }

    @Test
    void callsOfAThreadAreSelectedAndGrouped() throws SQLException {
        CallRecord without = calls.next();
        calls.threadId = "thread-1";
        CallRecord first = calls.next();
        CallRecord second = calls.next();
        calls.threadId = "thread-2";
        load(without, first, second, calls.next());

        assertThat(rows("group_by=thread", "thread_id", "calls"))
                .containsExactlyInAnyOrder("thread-1 2", "thread-2 1", "null 1");
        assertThat(rows("thread_id=thread-1", "thread_id", "calls")).containsExactly("null 2");
        asAdmin()
                .get(RECORDS + MONTH + "&thread_id=thread-1", organization)
                .then()
                .statusCode(200)
                .body("items.thread_id", equalTo(List.of("thread-1", "thread-1")))
                .body(
                        "items.id",
                        containsInAnyOrder(first.id().toString(), second.id().toString()));
    }

    @Test
    void whereThereWasNoCallTheSumsAreZero() {
        sums("").body("rows[0].calls", equalTo(0))
                .body("rows[0].input_tokens", equalTo(0))
                .body("rows[0].average_duration_ms", nullValue());
        sums("&group_by=model").body("rows", equalTo(List.of()));
    }

    @Test
    void rowsAreGroupedByTimeAndByAnythingElse() throws SQLException {
        CallRecord late = calls.next();
        calls.startedAt = Instant.parse("2026-03-01T11:00:00Z");
        CallRecord onTheHour = calls.next();
        UUID slow = UUID.randomUUID();
        calls.modelId = slow;
        calls.model = "slow";
        calls.outcome = Outcome.REFUSED;
        CallRecord rejected = calls.next();
        calls.startedAt = Instant.parse("2026-03-31T23:59:59Z");
        calls.modelId = null;
        calls.model = null;
        load(late, onTheHour, rejected, calls.next());

        assertThat(rows("group_by=hour", "started_at", "calls"))
                .containsExactly("2026-03-01T10:00:00Z 1", "2026-03-01T11:00:00Z 2", "2026-03-31T23:00:00Z 1");
        assertThat(rows("group_by=day", "started_at", "calls"))
                .containsExactly("2026-03-01T00:00:00Z 3", "2026-03-31T00:00:00Z 1");
        assertThat(rows("group_by=model", "model_id", "model_name", "calls", "errors"))
                .containsExactlyInAnyOrder(late.modelId() + " fast 2 0", slow + " slow 1 1", "null null 1 1");
        assertThat(rows("group_by=outcome,day", "started_at", "outcome", "calls"))
                .containsExactly(
                        "2026-03-01T00:00:00Z completed 2",
                        "2026-03-01T00:00:00Z refused 1",
                        "2026-03-31T00:00:00Z refused 1");
        assertThat(rows("group_by=model,provider,api_token,user,outcome,hour", "model_name", "calls"))
                .containsExactlyInAnyOrder("fast 1", "fast 1", "slow 1", "null 1");
        assertThat(rows("group_by=provider&outcome=refused", "provider_id", "provider_name", "calls"))
                .containsExactly(late.providerId() + " openai-prod 2");
        assertThat(rows("group_by=outcome&model_id=" + slow, "outcome", "calls"))
                .containsExactly("refused 1");
        assertThat(rows("provider_id=" + UUID.randomUUID(), "calls")).containsExactly("0");
    }

    @Test
    void namesAreThoseOfNowAndThoseOfDeletedThingsAreKept() throws SQLException {
        String provider = Api.provider(organization, Api.secret(organization, "v"));
        String model = Api.model(organization, provider);
        String token = Api.tokenBoundTo(organization);
        calls.modelId = UUID.fromString(model);
        calls.tokenId = UUID.fromString(as(token).get("/me").then().extract().path("api_token_id"));
        calls.userId = UUID.fromString(as(token).get("/me").then().extract().path("id"));
        calls.model = "before";
        load(calls.next());

        asAdmin()
                .body(Map.of("name", "after", "provider_id", provider, "remote_model_name", "gpt-4o"))
                .put("/organizations/{org}/models/{id}", organization, model)
                .then()
                .statusCode(200);
        assertThat(rows("group_by=model,api_token,user", "model_name", "api_token_description", "user_name"))
                .containsExactly(
                        "after bound " + as(token).get("/me").then().extract().path("name"));

        asAdmin()
                .delete("/organizations/{org}/models/{id}", organization, model)
                .then()
                .statusCode(204);
        assertThat(rows("group_by=model", "model_name", "calls")).containsExactly("before 1");
    }

    @Test
    void nobodysTokenIsDescribedToAnotherTenant() throws SQLException {
        calls.tokenId = UUID.fromString(asAdmin().get("/me").then().extract().path("api_token_id"));
        load(calls.next());
        assertThat(rows("group_by=api_token", "api_token_id", "api_token_description"))
                .containsExactly(calls.tokenId + " null");
    }

    @Test
    void withoutATimeTheSumsAreOfTheLastDay() throws SQLException {
        calls.startedAt = Instant.now().minus(Duration.ofHours(25));
        CallRecord before = calls.next();
        calls.startedAt = Instant.now().minus(Duration.ofHours(23));
        load(before, calls.next());

        asAdmin().get(SUMS, organization).then().statusCode(200).body("rows[0].calls", equalTo(1));
        asAdmin()
                .queryParam("from", Instant.now().minus(Duration.ofHours(26)).toString())
                .get(SUMS, organization)
                .then()
                .statusCode(200)
                .body("rows[0].calls", equalTo(2));
    }

    @Test
    void usageIsInvisibleToAnotherTenant() throws SQLException {
        load(calls.next());
        String neighbour = Api.organization();
        String token = Api.tokenBoundTo(neighbour);

        for (String path : List.of(SUMS, RECORDS)) {
            as(token).get(path, organization).then().statusCode(404).body("code", equalTo("not_found"));
            as(token).get(path, neighbour).then().statusCode(200);
        }
        as(token).get(SUMS + MONTH, neighbour).then().body("rows[0].calls", equalTo(0));
        as(token)
                .get(SUMS + MONTH + "&group_by=model&model_id=" + calls.modelId, neighbour)
                .then()
                .body("rows", equalTo(List.of()));
        as(token).get(RECORDS, neighbour).then().body("items", equalTo(List.of()));
    }

    @Test
    void memberSeesOwnUsageAndOwnerSeesAll() throws SQLException {
        String member = Api.user();
        Api.join(organization, member, "member");
        calls.userId = UUID.randomUUID();
        CallRecord ofAnother = calls.next();
        calls.userId = null;
        CallRecord ofNobody = calls.next();
        calls.userId = UUID.fromString(member);
        CallRecord own = calls.next();
        load(ofAnother, ofNobody, own);

        String token = Api.tokenOf(member);
        assertSees(token, "", own);
        assertSees(token, "&user_id=" + member, own);
        assertSees(token, "&user_id=" + ofAnother.userId());
        assertSees(token, "&user_id=" + UUID.randomUUID());
        assertSees(Api.tokenOf(member, organization), "", own);

        String owner = Api.tokenOfNew("owner", organization);
        assertSees(owner, "", own, ofNobody, ofAnother);
        assertSees(owner, "&user_id=" + ofAnother.userId(), ofAnother);
    }

    @Test
    void usageOfOneApiTokenIsSelected() throws SQLException {
        calls.tokenId = UUID.randomUUID();
        CallRecord ofOther = calls.next();
        calls.tokenId = UUID.randomUUID();
        CallRecord ofToken = calls.next();
        load(ofOther, ofToken);

        String owner = Api.tokenOfNew("owner", organization);
        assertSees(owner, "&api_token_id=" + ofToken.tokenId(), ofToken);
        assertSees(owner, "&api_token_id=" + UUID.randomUUID());
    }

    private void assertSees(String token, String query, CallRecord... seen) {
        as(token)
                .get(SUMS + MONTH + query, organization)
                .then()
                .statusCode(200)
                .body("rows[0].calls", equalTo(seen.length));
        as(token)
                .get(RECORDS + MONTH + query, organization)
                .then()
                .statusCode(200)
                .body(
                        "items.id",
                        containsInAnyOrder(Stream.of(seen)
                                .map(call -> call.id().toString())
                                .toArray()));
    }

    @ParameterizedTest
    @CsvSource({
        "from, from=yesterday",
        "to, to=2026-01-01",
        "from, from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z",
        "from, from=2126-03-02T00:00:00Z",
        "to, to=0000-01-01T00:00:00%2B01:00",
        "group_by, group_by=",
        "group_by, group_by=model%20day",
        "group_by, 'group_by=model,colour'",
        "group_by, 'group_by=model,model'",
        "group_by, 'group_by=hour,day'",
        "group_by, group_by=model&group_by=day",
        "model_id, model_id=fast",
        "provider_id, provider_id=",
        "user_id, user_id=payments",
        "api_token_id, api_token_id=ci",
        "outcome, outcome=COMPLETED",
        "page_size, page_size=10",
    })
    void invalidRequestErrorNamesTheCause(String parameter, String query) {
        asAdmin()
                .urlEncodingEnabled(false)
                .get("/organizations/" + organization + "/usage?" + query)
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_request"))
                .body("errors.parameter.unique()", equalTo(List.of(parameter)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"?from=0000-01-01T00:00:00%2B01:00", "?to=9999-12-31T23:59:59-01:00"})
    void extremeTimesAreAccepted(String query) {
        for (String path : List.of("/usage", "/usage/records")) {
            asAdmin()
                    .urlEncodingEnabled(false)
                    .get("/organizations/" + organization + path + query)
                    .then()
                    .statusCode(200);
        }
    }

    @Test
    void organizationIsDeletedDespiteUsage() throws SQLException {
        load(calls.next());
        asAdmin().delete("/organizations/{org}", organization).then().statusCode(204);
        asAdmin().get(SUMS, organization).then().statusCode(404);
    }

    private ValidatableResponse sums(String query) {
        return asAdmin().get(SUMS + MONTH + query, organization).then().statusCode(200);
    }

    /** The rows' fields, separated by spaces. */
    private List<String> rows(String query, String... fields) {
        List<Map<String, Object>> rows = sums("&" + query).extract().path("rows");
        return rows.stream()
                .map(row -> String.join(
                        " ",
                        Arrays.stream(fields)
                                .map(field -> String.valueOf(row.get(field)))
                                .toList()))
                .toList();
    }

    private void load(CallRecord... records) throws SQLException {
        Records.load(dataSource, records);
    }
}
