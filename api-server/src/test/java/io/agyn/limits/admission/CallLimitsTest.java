package io.agyn.limits.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.api.model.LimitMeasure;
import io.agyn.api.model.LimitSubjectType;
import io.agyn.testing.LogLines;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits with a clock and counters in memory. */
@Timeout(30)
class CallLimitsTest {
    private static final Instant START = Instant.parse("2026-12-01T10:00:00Z");
    private static final UUID ORGANIZATION = UUID.randomUUID();

    private final TestClock clock = new TestClock(START);
    private final MemoryStore store = new MemoryStore(clock);
    private final List<Limit> limits = new ArrayList<>();
    private final CallSubjects caller = caller();
    private CallLimits calls = calls(true);

    private CallLimits calls(boolean allowsWithoutDatabase) {
        return new CallLimits(
                organization -> CompletableFuture.completedFuture(new OrganizationLimits(limits)),
                store,
                allowsWithoutDatabase,
                clock,
                Runnable::run,
                null);
    }

    private static CallSubjects caller() {
        return new CallSubjects(
                ORGANIZATION, UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
    }

    private static Limit limit(
            LimitMeasure measure, long amount, Window window, LimitSubjectType type, UUID subject, boolean blocks) {
        return new Limit(
                UUID.randomUUID(), "a limit", type, subject, measure, amount, window, blocks, ZoneOffset.UTC, START);
    }

    private static Limit limit(LimitMeasure measure, long amount, Window window) {
        return limit(measure, amount, window, LimitSubjectType.ORGANIZATION, null, true);
    }

    private Admission admit(CallSubjects call, long bytes) {
        return calls.admit(call, bytes, true).join();
    }

    /** Calls until the limit is reached; returns the number of admitted calls, each with 10 input and 5 output tokens. */
    private int callsUntilRejected() {
        for (int i = 0; i < 10_000; i++) {
            Admission admission = admit(caller, 40);
            if (admission.rejection() != null) {
                return i;
            }
            admission.reservation().settle(10L, 5L);
        }
        throw new AssertionError("never rejected");
    }

    @ParameterizedTest
    @CsvSource({
        "CALLS, 100, 100",
        "INPUT_TOKENS, 1000, 100",
        // The first estimates are 256, until the average has fallen: some of the amount is not usable.
        "OUTPUT_TOKENS, 5000, 950",
        "TOKENS, 15000, 950"
    })
    void everyMeasureHoldsInEveryWindow(LimitMeasure measure, long amount, int atLeast) {
        for (Window window : Window.values()) {
            limits.clear();
            limits.add(limit(measure, amount, window));
            int admitted = callsUntilRejected();
            long each = new Estimate(1, 10, 5).of(measure);
            assertThat(admitted * each).as(window.text()).isLessThanOrEqualTo(amount);
            assertThat(admitted).as(window.text()).isGreaterThanOrEqualTo(atLeast);
            // The subject is the organization in all of them.
            store.take(new CounterStore.Request(
                    limits.getFirst(), ORGANIZATION, START.plus(Duration.ofDays(400)), 0, 0, 0));
            clock.advance(Duration.ofDays(400));
        }
    }

    @ParameterizedTest
    @CsvSource({"DAY, 2026-12-02T00:00:00Z", "WEEK, 2026-12-07T00:00:00Z", "MONTH, 2027-01-01T00:00:00Z"})
    void calendarWindowResetsAtItsEnd(Window window, Instant end) {
        limits.add(limit(LimitMeasure.CALLS, 3, window));
        assertThat(callsUntilRejected()).isEqualTo(3);
        assertThat(admit(caller, 0).rejection().resetsAt()).isEqualTo(end);
        clock.advance(Duration.between(clock.instant(), end).minusSeconds(1));
        assertThat(callsUntilRejected()).isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(callsUntilRejected()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"MINUTE, 6", "HOUR, 360"})
    void bucketRefillsEvenly(Window window, int secondsOfOne) {
        limits.add(limit(LimitMeasure.CALLS, 10, window));
        assertThat(callsUntilRejected()).isEqualTo(10);
        Rejection rejection = admit(caller, 0).rejection();
        assertThat(rejection.resetsAt()).isEqualTo(clock.instant().plusSeconds(secondsOfOne));
        clock.advance(Duration.ofSeconds(secondsOfOne - 1));
        assertThat(callsUntilRejected()).isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(callsUntilRejected()).isEqualTo(1);
        clock.advance(window.length().multipliedBy(3));
        assertThat(callsUntilRejected()).isEqualTo(10);
    }

    @Test
    void concurrentCallsAreLimitedUntilOneEnds() {
        limits.add(limit(LimitMeasure.CONCURRENT_CALLS, 2, null));
        Admission first = admit(caller, 0);
        admit(caller, 0);
        assertThat(admit(caller, 0).rejection()).isNotNull();
        assertThat(calls.inFlight(limits.getFirst().id())).isEqualTo(2);
        first.reservation().settle(1L, 1L);
        assertThat(admit(caller, 0).rejection()).isNull();
    }

    @ParameterizedTest
    @EnumSource(LimitSubjectType.class)
    void limitAppliesToEachOrOneSubject(LimitSubjectType type) {
        CallSubjects other = caller();
        limits.add(limit(LimitMeasure.CALLS, 1, Window.DAY, type, null, true));
        admit(caller, 0);
        assertThat(admit(caller, 0).rejection()).isNotNull();
        assertThat(admit(other, 0).rejection() == null).isEqualTo(type != LimitSubjectType.ORGANIZATION);

        UUID subject = limits.removeFirst().subjectOf(caller);
        limits.add(limit(LimitMeasure.CALLS, 0, Window.DAY, type, subject, true));
        assertThat(admit(caller, 0).rejection()).isNotNull();
        assertThat(admit(other, 0).rejection() == null).isEqualTo(type != LimitSubjectType.ORGANIZATION);
    }

    @Test
    void rejectedCallReturnsWhatItReservedOfOtherLimits() {
        limits.add(limit(LimitMeasure.CALLS, 100, Window.DAY));
        limits.add(limit(LimitMeasure.INPUT_TOKENS, 50, Window.DAY, LimitSubjectType.USER, null, true));
        assertThat(admit(caller, 4_000).rejection().limit()).isEqualTo(limits.get(1));
        calls.stop(null);
        assertThat(store.used(ORGANIZATION)).isZero();
    }

    @Test
    void callThatNeedsMoreThanTheAmountNeverGetsATime() {
        limits.add(limit(LimitMeasure.INPUT_TOKENS, 50, Window.DAY));
        assertThat(admit(caller, 4_000).rejection().resetsAt()).isNull();
        assertThat(admit(caller, 40).rejection()).isNull();
    }

    @Test
    void cancelledCallCountsNothing() {
        limits.add(limit(LimitMeasure.CALLS, 1, Window.DAY));
        admit(caller, 0).reservation().cancel();
        assertThat(callsUntilRejected()).isEqualTo(1);
    }

    @Test
    void unknownTokensAreChargedAsEstimated() {
        limits.add(limit(LimitMeasure.INPUT_TOKENS, 1_000, Window.DAY));
        admit(caller, 2_000).reservation().settle(null, null);
        calls.stop(null);
        assertThat(store.used(ORGANIZATION)).isEqualTo(500);
    }

    @Test
    void useAboveTheEstimateIsCharged() {
        limits.add(limit(LimitMeasure.INPUT_TOKENS, 1_000, Window.DAY));
        admit(caller, 40).reservation().settle(1_500L, 1L);
        assertThat(admit(caller, 40).rejection()).isNotNull();
        calls.settle();
        assertThat(store.used(ORGANIZATION)).isEqualTo(1_500);
    }

    @Test
    void raisedLimitAdmitsAtOnceAndALoweredOneRejects() {
        limits.add(limit(LimitMeasure.CALLS, 10, Window.DAY));
        assertThat(callsUntilRejected()).isEqualTo(10);
        limits.add(amount(limits.removeFirst(), 15));
        assertThat(callsUntilRejected()).isEqualTo(5);
        limits.add(amount(limits.removeFirst(), 1_000));
        assertThat(admit(caller, 0).rejection()).isNull();
        limits.add(amount(limits.removeFirst(), 16));
        assertThat(admit(caller, 0).rejection()).isNotNull();
    }

    private static Limit amount(Limit limit, long amount) {
        return new Limit(
                limit.id(),
                limit.name(),
                limit.subjectType(),
                limit.subjectId(),
                limit.measure(),
                amount,
                limit.window(),
                limit.blocks(),
                limit.zone(),
                limit.version().plusSeconds(1));
    }

    @Test
    void unusedLeaseIsReturned() {
        limits.add(limit(LimitMeasure.CALLS, 1_000, Window.DAY));
        admit(caller, 0).reservation().settle(1L, 1L);
        assertThat(store.used(ORGANIZATION)).isGreaterThan(1);
        clock.advance(Counter.IDLE.plusMillis(1));
        calls.settle();
        assertThat(store.used(ORGANIZATION)).isEqualTo(1);
    }

    @Test
    void withoutDatabaseCallsPassAndAreChargedLater() {
        limits.add(limit(LimitMeasure.CALLS, 5, Window.DAY));
        store.isDown = true;
        for (int i = 0; i < 7; i++) {
            assertThat(admit(caller, 0).rejection()).isNull();
        }
        store.isDown = false;
        await().until(() -> {
            calls.settle();
            return store.used(ORGANIZATION) == 7;
        });
        assertThat(admit(caller, 0).rejection()).isNotNull();
    }

    @Test
    void withoutDatabaseCallsAreRejectedIfSet() {
        calls = calls(false);
        limits.add(limit(LimitMeasure.CALLS, 5, Window.DAY));
        store.isDown = true;
        assertThat(admit(caller, 0).rejection()).isEqualTo(Rejection.UNAVAILABLE);
    }

    @Test
    void warningLimitLogsOncePerWindow() {
        limits.add(limit(LimitMeasure.CALLS, 2, Window.DAY, LimitSubjectType.ORGANIZATION, null, false));
        try (LogLines log = LogLines.watch()) {
            for (int i = 0; i < 6; i++) {
                assertThat(admit(caller, 0).rejection()).isNull();
                calls.settle();
            }
            assertThat(log.of(CallLimits.class.getName(), Level.WARNING)).hasSize(1);
            clock.advance(Duration.ofDays(1));
            for (int i = 0; i < 3; i++) {
                admit(caller, 0);
                calls.settle();
            }
            assertThat(log.of(CallLimits.class.getName(), Level.WARNING)).hasSize(2);
        }
    }

    @Test
    void organizationWithoutLimitsReservesNothing() {
        assertThat(admit(caller, 0)).isSameAs(Admission.UNLIMITED);
    }
}
