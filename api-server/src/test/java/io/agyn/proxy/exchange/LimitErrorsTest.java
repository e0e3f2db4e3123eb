package io.agyn.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.LimitMeasure;
import io.agyn.api.model.LimitSubjectType;
import io.agyn.limits.admission.Limit;
import io.agyn.limits.admission.Rejection;
import io.agyn.limits.admission.Window;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class LimitErrorsTest {
    private static final UUID ID = UUID.fromString("0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e09");
    private static final Instant NOW = Instant.parse("2026-12-01T10:00:00Z");

    private static Limit limit(String name, @Nullable Window window) {
        return new Limit(
                ID,
                name,
                LimitSubjectType.LLM_PROVIDER,
                null,
                window == null ? LimitMeasure.CONCURRENT_CALLS : LimitMeasure.INPUT_TOKENS,
                1000,
                window,
                true,
                ZoneOffset.UTC,
                NOW);
    }

    @Test
    void budgetNamesItsLimitAndWhenItResets() {
        ProxyError error = LimitErrors.of(
                new Rejection(limit("team", Window.DAY), 10, Instant.parse("2026-12-02T00:00:00Z")), NOW);
        assertThat(error.kind()).isEqualTo(Kind.BUDGET_REACHED);
        assertThat(error.message())
                .isEqualTo(
                        "The limit \"team\" of 1000 input tokens per day for this llm provider is reached; it resets at"
                                + " 2026-12-02T00:00:00Z.");
        assertThat(error.headers())
                .containsExactly(
                        Map.entry("retry-after", "50400"),
                        Map.entry("x-should-retry", "false"),
                        Map.entry("ratelimit-policy", "\"team\";q=1000;w=86400"),
                        Map.entry("ratelimit", "\"team\";r=0;t=50400"));
    }

    @Test
    void rateIsRetriedAfterItHasRefilled() {
        ProxyError error = LimitErrors.of(new Rejection(limit("team", Window.MINUTE), 10, NOW.plusMillis(1_200)), NOW);
        assertThat(error.kind()).isEqualTo(Kind.CALL_LIMIT_REACHED);
        assertThat(error.headers()).contains(Map.entry("retry-after", "2"));
        assertThat(error.headers()).noneMatch(header -> header.getKey().equals("x-should-retry"));
    }

    @Test
    void callAboveTheWholeAmountIsNotRetried() {
        ProxyError error = LimitErrors.of(new Rejection(limit("team", Window.MINUTE), 2_000, null), NOW);
        assertThat(error.message()).contains("is less than this call needs (about 2000)");
        assertThat(error.headers()).contains(Map.entry("x-should-retry", "false"));
        assertThat(error.headers()).noneMatch(header -> header.getKey().equals("retry-after"));
    }

    @Test
    void nameBecomesAStringOfStructuredFields() {
        assertThat(policy("a \"b\" \\c")).isEqualTo("\"a \\\"b\\\" \\\\c\";q=1000");
        assertThat(policy("große Teams")).isEqualTo("\"" + ID + "\";q=1000");
    }

    private static String policy(String name) {
        return LimitErrors.of(new Rejection(limit(name, null), 1, null), NOW).headers().stream()
                .filter(header -> header.getKey().equals("ratelimit-policy"))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void unavailableCountersAreAnUnavailableServer() {
        assertThat(LimitErrors.of(new Rejection(null, 0, null), NOW).kind()).isEqualTo(Kind.UNAVAILABLE);
    }
}
