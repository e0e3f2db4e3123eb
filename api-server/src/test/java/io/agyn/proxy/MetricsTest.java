package io.agyn.proxy;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Metrics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class MetricsTest {
    @Test
    void rejectedCallIsCountedByErrorAndOutcome() {
        double errors = value("agyn_proxy_errors_total{error_type=\"model_not_found\"}");
        double rejected =
                value("gen_ai_client_operation_duration_seconds_count{gen_ai_operation_name=\"create_response\","
                        + "outcome=\"refused\"}");
        given().header("Authorization", "Bearer " + Api.tokenBoundTo(Api.organization()))
                .body("{\"model\":\"" + Api.freshName("unknown") + "\"}")
                .post("/v1/responses")
                .then()
                .statusCode(404);
        assertThat(value("agyn_proxy_errors_total{error_type=\"model_not_found\"}"))
                .isEqualTo(errors + 1);
        assertThat(value("gen_ai_client_operation_duration_seconds_count{gen_ai_operation_name=\"create_response\","
                        + "outcome=\"refused\"}"))
                .isEqualTo(rejected + 1);
    }

    @Test
    void tokensThatDoNotWorkAreCountedOverRestAndInCalls() {
        double failed = value("agyn_tokens_failed_total");
        for (String path : List.of("/api/v1/me", "/v1/models")) {
            given().header("Authorization", "Bearer agyn_guess")
                    .get(path)
                    .then()
                    .statusCode(401);
        }
        assertThat(value("agyn_tokens_failed_total")).isEqualTo(failed + 2);
    }

    @Test
    void databaseIsPolledForChanges() {
        assertThat(value("agyn_changes_age_seconds")).isBetween(0.0, 5.0);
    }

    @Test
    void metricsShowCallsInFlightCacheAndSpool() {
        String metrics = metrics();
        assertThat(metrics)
                .contains("agyn_proxy_calls_active ")
                .contains("agyn_proxy_calls_waiting ")
                .contains("agyn_proxy_cache_size{cache=\"callers\"} ")
                .contains("agyn_proxy_cache_misses_total{cache=\"routes\"} ")
                .contains("agyn_usage_spooled_bytes ")
                .contains("agyn_usage_dropped_total ")
                .contains("gen_ai_client_token_usage_count{gen_ai_token_type=\"output\"} ");
    }

    @Test
    void metricLabelsContainNoCallerInput() {
        String model = Api.freshName("made-up");
        given().header("Authorization", "Bearer " + Api.adminToken())
                .body("{\"model\":\"" + model + "\"}")
                .post("/v1/responses");
        assertThat(metrics()).doesNotContain(model);
    }

    private static double value(String sample) {
        Metrics metrics = Metrics.read();
        assertThat(metrics.contains(sample)).as(sample).isTrue();
        return metrics.sum(sample);
    }

    private static String metrics() {
        return Metrics.read().text();
    }
}
