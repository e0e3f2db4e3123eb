package io.agyn.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agyn.sdk.client.ApiException;
import io.agyn.sdk.model.ApiTokenCreate;
import io.agyn.sdk.model.OrganizationCreate;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetriesTest extends ClientTest {
    private static final String ME = "{\"name\": \"admin\"}";

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void retriesOnRetryAfter(int status) {
        server.problem(status, "unavailable", "Retry-After", "0").respond(201, ORGANIZATION, "ETag", "\"1\"");

        client.organizations().create(new OrganizationCreate().name("Acme"));

        assertThat(server.requests()).hasSize(2).allSatisfy(request -> assertThat(request.body())
                .contains("Acme"));
    }

    @Test
    void waitsForRetryAfterSeconds() throws Exception {
        server.problem(503, "unavailable", "Retry-After", "1").respond(200, ME);

        assertThat(timeOf(client::me)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(5));
    }

    @Test
    void waitsForARetryAfterDate() throws Exception {
        ZonedDateTime then = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(2);
        server.problem(503, "unavailable", "Retry-After", DateTimeFormatter.RFC_1123_DATE_TIME.format(then))
                .respond(200, ME);

        assertThat(timeOf(client::me)).isBetween(Duration.ofMillis(900), Duration.ofSeconds(6));
    }

    @Test
    void retriesConnectTimeoutsButNotResponseTimeouts() {
        ApiException unreached = new ApiException(new HttpConnectTimeoutException("late"));
        ApiException timedOut = new ApiException(new HttpTimeoutException("late"));

        assertThat(new Retries(1).waitBefore(unreached, false, 0)).isPresent();
        assertThat(new Retries(1).waitBefore(timedOut, true, 0)).isEmpty();
    }

    @Test
    void backsOffWithoutRetryAfter() {
        server.problem(503, "unavailable")
                .problem(503, "unavailable", "Retry-After", "soon")
                .respond(200, ME);

        assertThat(client.me().getName()).isEqualTo("admin");
    }

    @Test
    void givesUpAfterMaxRetries() {
        for (int i = 0; i < 3; i++) {
            server.problem(429, "too_many", "Retry-After", "0");
        }

        RateLimitedException problem = catchThrowableOfType(RateLimitedException.class, client::me);

        assertThat(problem.retryAfter()).contains(Duration.ZERO);
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void doesNotWaitForALongRetryAfter() {
        server.problem(503, "unavailable", "Retry-After", "3600");

        UnavailableException problem = catchThrowableOfType(UnavailableException.class, client::me);

        assertThat(problem.retryAfter()).contains(Duration.ofHours(1));
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 409, 500, 502, 504})
    void doesNotRetryOtherErrors(int status) {
        server.problem(status, "some_code");

        assertThatThrownBy(client::me).isInstanceOf(ProblemException.class);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void retriesReadsWhenTheConnectionBreaks() {
        server.hangUp().respond(200, ME);

        assertThat(client.me().getName()).isEqualTo("admin");
    }

    @Test
    void doesNotRetryAWriteThatMayHaveBeenApplied() {
        server.hangUp();

        assertThatThrownBy(() -> client.organizations().delete(UUID.randomUUID()))
                .isInstanceOf(ConnectionException.class);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void createIsRetriedWithTheSameIdempotencyKey() {
        server.hangUp().respond(201, ORGANIZATION, "ETag", "\"1\"");

        client.organizations().create(new OrganizationCreate().name("Acme"));

        assertThat(server.requests())
                .hasSize(2)
                .extracting(request -> request.header("Idempotency-key"))
                .doesNotContainNull()
                .containsOnly(server.requests().getFirst().header("Idempotency-key"));
    }

    @Test
    void replacesATokenWhosePlaintextWasLost() {
        String lost = """
                {"id": "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e01", "user_id": "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f",
                 "description": "CI", "prefix": "agyn_0123456", "organization_id": null, "expires_at": null,
                 "last_used_at": null, "created_by_token_id": null, "created_at": "2026-01-31T12:00:00Z",
                 "updated_at": "2026-01-31T12:00:00Z"}""";
        String created = lost.replace("7e01", "7e02").replace("{", "{\"token\": \"" + TOKEN + "\",");
        server.hangUp().respond(201, lost).respond(204, "").respond(201, created);

        assertThat(client.apiTokens()
                        .create(new ApiTokenCreate().description("CI"))
                        .getToken())
                .isEqualTo(TOKEN);

        assertThat(server.requests())
                .extracting(ScriptedServer.Request::method)
                .containsExactly("POST", "POST", "DELETE", "POST");
        assertThat(server.requests().get(2).uri()).endsWith("/0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e01");
    }

    @Test
    void reportsThatTheServerCannotBeReached() {
        server.close();

        assertThatThrownBy(() -> client.organizations().create(new OrganizationCreate().name("Acme")))
                .isInstanceOf(ConnectionException.class)
                .hasCauseInstanceOf(ConnectException.class)
                .hasMessage("Cannot connect to " + server.uri());
    }

    @Test
    void timesOutWithoutAResponse() throws Exception {
        server.stall();

        assertTimeOut();
    }

    @Test
    void timesOutWithinAResponse() throws Exception {
        server.stallWithinBody();

        assertTimeOut();
    }

    private void assertTimeOut() throws Exception {
        try (AgynClient hasty = client().requestTimeout(Duration.ofMillis(300)).build()) {
            Duration time = timeOf(() -> {
                assertThatThrownBy(hasty::me)
                        .isInstanceOf(ConnectionException.class)
                        .hasCauseInstanceOf(HttpTimeoutException.class)
                        .hasMessageContaining("no complete response within PT0.3S");
                return null;
            });
            assertThat(time).isLessThan(Duration.ofSeconds(5));
        }
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void stopsWaitingWhenTheThreadIsInterrupted() {
        server.problem(503, "unavailable", "Retry-After", "20");
        Thread waiting = Thread.currentThread();
        Thread.startVirtualThread(() -> {
            while (waiting.getState() != Thread.State.TIMED_WAITING
                    || server.requests().isEmpty()) {
                Thread.onSpinWait();
            }
            waiting.interrupt();
        });

        assertThatThrownBy(client::me)
                .isInstanceOf(ConnectionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private static Duration timeOf(Callable<?> call) throws Exception {
        long start = System.nanoTime();
        call.call();
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
