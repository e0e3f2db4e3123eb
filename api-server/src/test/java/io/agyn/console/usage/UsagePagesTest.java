package io.agyn.console.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.api.model.CallOperation;
import io.agyn.api.model.UsageUnknownReason;
import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
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
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class UsagePagesTest {
    private static final String MARCH = "?from=2026-03-01T00:00&to=2026-03-03T00:00";

    @Inject
    DataSource dataSource;

    private String organization;
    private String usage;
    private Records calls;

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
        usage = "/organizations/" + organization + "/usage";
        calls = new Records(UUID.fromString(organization));
        calls.startedAt = Instant.parse("2026-03-01T10:30:00Z");
    }

    @Test
    void chartsAndTablesHaveTheSameValues() throws SQLException {
        calls.inputTokens = 1_200L;
        calls.duration = Duration.ofMillis(1_500);
        CallRecord first = calls.next();
        calls.startedAt = Instant.parse("2026-03-02T00:00:00Z");
        calls.outcome = Outcome.UPSTREAM_ERROR;
        calls.inputTokens = null;
        Records.load(dataSource, first, calls.next());

        String page = admin().page(usage + MARCH);
        assertThat(page)
                .contains("<dt>Calls</dt><dd>2</dd>", "<dt>Errors</dt><dd>1 <small>50.0 %</small></dd>")
                .contains("<dt>Input tokens</dt><dd>1,200</dd>", "<dt>Average duration</dt><dd>1,500 ms</dd>")
                .contains("Per hour, from 1 Mar 00:00 to 2 Mar 23:00, UTC. Input: total 1,200, peak 1,200 at 1 Mar"
                        + " 10:00.")
                .contains("<th scope=\"row\">1 Mar 10:00</th><td>1,200</td><td>4</td>")
                .contains("1 Mar 10:00\nInput: 1,200\nCache reads: 4\nOutput: 10")
                .contains(first.requestId(), "provider error", "completed");
        assertThat(count(page, "<svg class=\"drawing\" role=\"img\"")).isEqualTo(4);
    }

    @Test
    void groupsAreComparedAndLinkToTheirCalls() throws SQLException {
        CallRecord fast = calls.next();
        calls.modelId = UUID.randomUUID();
        calls.model = "<b>slow</b>";
        CallRecord slow = calls.next();
        Records.load(dataSource, fast, calls.next(), slow);

        String page = admin().page(usage + MARCH + "&group_by=model");
        assertThat(page)
                .contains("Tokens by model", "Average latency by model", "<h2>By model</h2>")
                .contains("&lt;b&gt;slow&lt;/b&gt;")
                .doesNotContain("<b>slow");
        String link =
                usage(page) + "?from=2026-03-01T00%3A00&amp;to=2026-03-03T00%3A00&amp;group_by=model&amp;model_id="
                        + fast.modelId();
        assertThat(page).contains("<a href=\"" + link + "\">");
        assertThat(admin().page(link.replace("&amp;", "&")))
                .contains("<dt>Calls</dt><dd>1</dd>", fast.requestId())
                .doesNotContain(slow.requestId());
    }

    @Test
    void linksAndFormKeepTheFilters() throws SQLException {
        for (int i = 0; i < 26; i++) {
            Records.load(dataSource, calls.next());
        }
        String query = MARCH + "&interval=day&group_by=provider&outcome=completed&provider_id=" + calls.providerId;
        Visitor admin = admin();
        String page = admin.page(usage + query);
        assertThat(page)
                .contains("LLM provider: <bdi>openai-prod</bdi>")
                .contains("<input type=\"hidden\" name=\"provider_id\" value=\"" + calls.providerId + "\">")
                .contains("<option value=\"completed\" selected>", "<option value=\"day\" selected>")
                .contains("value=\"2026-03-01T00:00\"", "Per day, from 1 Mar 2026 to 2 Mar 2026");
        String week = link(page, "7 days");
        assertThat(week)
                .contains("range=7d", "group_by=provider", "outcome=completed", "provider_id=")
                .doesNotContain("from=");
        String next = link(page, "Next page");
        assertThat(next).contains("from=", "group_by=provider", "outcome=completed", "page=");
        String second = admin.page(next);
        assertThat(count(second, "<code class=\"id\">request-")).isEqualTo(1);
        assertThat(link(second, "First page")).doesNotContain("page=").contains("outcome=completed");
    }

    @Test
    void usageCanBeDownloaded() throws SQLException {
        calls.model = "=cmd|' /C calc'!A0";
        CallRecord first = calls.next();
        calls.startedAt = Instant.parse("2026-03-02T10:30:00Z");
        Records.load(dataSource, first, calls.next());

        var figures = admin().get(usage + "/usage.csv" + MARCH + "&group_by=model&interval=day");
        figures.then()
                .statusCode(200)
                .contentType("text/csv")
                .header("Content-Disposition", containsString("attachment; filename=\"org-"));
        assertThat(figures.asString().split("\r\n")).hasSize(3).satisfies(lines -> {
            assertThat(lines[0]).startsWith("started_at,group_by,group_id,group_name,calls,errors,input_tokens,");
            assertThat(lines[1])
                    .startsWith("2026-03-01T00:00:00Z,model," + first.modelId()
                            + ",'=cmd|' /C calc'!A0,1,0,100,4,0,10,2,50.0,20.0");
        });
        assertThat(admin().get(usage + "/calls.csv" + MARCH).asString())
                .contains(first.requestId(), ",completed,200,50.0,20.0,100,4,,10,2,create_response,,,,,,\r\n");
    }

    @Test
    void detailsOfACallAreBesideItsTokens() throws SQLException {
        calls.operation = CallOperation.CREATE_MESSAGE;
        calls.usage = new CallUsage(10L, 7L, 5000L, 2000L, 3000L, 9L, 4L, 6L, 0L, "priority", null);
        CallRecord call = calls.next();
        calls.operation = CallOperation.COUNT_MESSAGE_TOKENS;
        calls.usage = new CallUsage(
                null, null, null, null, null, null, null, null, null, null, UsageUnknownReason.UNSUPPORTED_ENCODING);
        Records.load(dataSource, call, calls.next());

        assertThat(admin().page(usage + MARCH + "&group_by=operation"))
                .contains("2,000 for 5 min, 3,000 for 1 h", "4 reasoning, 6 web searches, priority")
                .contains("Token count", "no usage data", "<dt>Calls without usage data</dt>");
        assertThat(admin().get(usage + "/calls.csv" + MARCH).asString())
                .contains(",10,7,5000,9,4,create_message,2000,3000,6,0,priority,\r\n")
                .contains(",count_message_tokens,,,,,,unsupported_encoding\r\n");
        assertThat(admin().get(usage + "/usage.csv" + MARCH).asString()).contains(",2000,3000,6,0,1\r\n");
    }

    @Test
    void memberSeesOnlyTheirOwnCalls() throws SQLException {
        String member = Api.user();
        Api.join(organization, member, "member");
        CallRecord foreign = calls.next();
        calls.userId = UUID.fromString(member);
        CallRecord own = calls.next();
        Records.load(dataSource, foreign, own);

        Visitor visitor = Visitor.signedIn(Api.tokenOf(member));
        assertThat(visitor.page(usage + MARCH))
                .contains("<dt>Calls</dt><dd>1</dd>", own.requestId(), "Only your own calls are shown")
                .doesNotContain(foreign.requestId());
        assertThat(visitor.get(usage + "/calls.csv" + MARCH).asString()).doesNotContain(foreign.requestId());
        assertThat(visitor.page(usage + MARCH + "&user_id=" + foreign.userId()))
                .contains("No matching calls in this period");
        assertThat(Visitor.signedIn(Api.tokenOfNew("owner", organization)).page(usage + MARCH))
                .contains(own.requestId(), foreign.requestId())
                .doesNotContain("Only your own calls are shown");
    }

    @Test
    void otherTenantsGetNotFound() {
        Visitor other = Visitor.signedIn(Api.tokenOfNew("owner", Api.organization()));
        for (String path : List.of("", "/usage.csv", "/calls.csv")) {
            other.get(usage + path).then().statusCode(404).contentType("text/html");
        }
    }

    @Test
    void pageWithoutCallsExplainsTheFirstOne() {
        assertThat(admin().page(usage))
                .contains("No calls in this period", "/models\">models</a>", "the last 30 days")
                .doesNotContain("<svg class=\"drawing\"");
    }

    @ParameterizedTest
    @CsvSource({
        "from, from=yesterday",
        "from, from=%2B999999999-01-01T00:00",
        "to, to=2026-13-01T00:00",
        "from, from=2026-03-02T00:00&to=2026-03-01T00:00",
        "from, from=2126-03-02T00:00",
        "from, from=2020-01-01T00:00",
        "range, range=1y",
        "interval, interval=minute",
        "interval, from=2026-01-01&to=2026-02-01&interval=hour",
        "interval, range=7d&interval=hour&group_by=model",
        "group_by, group_by=colour",
        "model_id, model_id=fast",
        "provider_id, provider_id=1",
        "user_id, user_id=payments",
        "api_token_id, api_token_id=ci",
        "outcome, outcome=COMPLETED",
        "page_token, page=nonsense",
    })
    void invalidFiltersAreErrorsAtTheirFields(String field, String query) {
        for (String path : List.of("", "/usage.csv", "/calls.csv")) {
            if (!field.equals("page_token") || !path.equals("/usage.csv")) {
                admin().get(usage + path + "?" + query)
                        .then()
                        .statusCode(equalTo(422))
                        .body(containsString("<a href=\"#" + field + "\">"));
            }
        }
    }

    @Test
    void invalidFiltersKeepTheOthers() {
        String model = UUID.randomUUID().toString();
        assertThat(admin().get(usage + "?from=yesterday&outcome=refused&group_by=api_token&model_id=" + model)
                        .asString())
                .contains("<option value=\"" + model + "\" selected>")
                .contains("<option value=\"refused\" selected>", "<option value=\"api_token\" selected>");
    }

    private static Visitor admin() {
        return Visitor.signedIn(Api.adminToken());
    }

    /** The target of the page's links, with the organization's slug. */
    private static String usage(String page) {
        return link(page, "Usage");
    }

    private static String link(String page, String text) {
        List<String> found = new ArrayList<>();
        Pattern.compile("<a [^>]*href=\"([^\"]+)\"[^>]*>" + text + "</a>")
                .matcher(page)
                .results()
                .forEach(match -> found.add(match.group(1).replace("&amp;", "&")));
        assertThat(found).as("a link %s in %s", text, page).isNotEmpty();
        return found.getFirst();
    }

    private static int count(String page, String text) {
        return page.split(Pattern.quote(text), -1).length - 1;
    }
}
