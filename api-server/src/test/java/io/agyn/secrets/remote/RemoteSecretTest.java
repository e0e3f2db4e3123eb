package io.agyn.secrets.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.vault.VaultConfig;
import io.agyn.vault.VaultException;
import io.agyn.vault.VaultValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The rules of time: a maximum age of 60 s, and an hour more while the value cannot be read. */
class RemoteSecretTest {
    private static final RemoteReference REFERENCE = new RemoteReference(
            UUID.randomUUID(),
            UUID.randomUUID(),
            "openai-key",
            UUID.randomUUID(),
            "corp",
            new VaultConfig("http://vault", Optional.empty(), Optional.empty(), new VaultConfig.Token("t")),
            "kv/data/openai",
            "key");
    private static final VaultException UNAVAILABLE = VaultException.internal();
    private static final VaultException DYNAMIC = VaultException.dynamicSecret("database/creds/app");
    private static final VaultException NOT_SENDABLE = VaultException.notSendable("kv/data/openai", "key");

    private final Queue<Runnable> reads = new ArrayDeque<>();
    private final List<String> reported = new ArrayList<>();
    // Close to the overflow of the clock.
    private long now = Long.MAX_VALUE - Duration.ofSeconds(45).toNanos();
    private String stored = "sk-1";
    private Optional<VaultException> outage = Optional.empty();
    private int staleUses;
    private final RemoteSecret secret = secret(Duration.ofHours(1));

    @Test
    void valueIsReadOnceForAllWhoWait() {
        List<CompletableFuture<RemoteValue>> calls = List.of(secret.value(), secret.value(), secret.value());
        assertThat(reads).hasSize(1);
        assertThat(calls).noneMatch(CompletableFuture::isDone);
        read();
        assertThat(calls).allSatisfy(call -> assertThat(call.join().value()).isEqualTo("sk-1"));
        assertThat(reported).containsExactly("sk-1");
    }

    @Test
    void freshValueIsNotReadAgain() {
        warm();
        pass(29);
        assertThat(current()).isEqualTo("sk-1");
        assertThat(reads).isEmpty();
    }

    @Test
    void valueInUseIsReadAheadOfItsExpiry() {
        warm();
        stored = "sk-2";
        pass(30);
        assertThat(current()).isEqualTo("sk-1");
        pass(10);
        assertThat(current()).isEqualTo("sk-1");
        assertThat(reads).hasSize(1);
        read();
        assertThat(current()).isEqualTo("sk-2");
        pass(19);
        assertThat(current()).isEqualTo("sk-2");
        assertThat(reads).isEmpty();
    }

    @Test
    void ageIsCountedFromTheStartOfTheRead() {
        secret.value();
        pass(4);
        read();
        pass(26);
        assertThat(current()).isEqualTo("sk-1");
        assertThat(reads).hasSize(1);
    }

    @Test
    void tooOldValueIsAwaited() {
        warm();
        stored = "sk-2";
        pass(60);
        CompletableFuture<RemoteValue> call = secret.value();
        assertThat(call).isNotDone();
        read();
        assertThat(call.join().value()).isEqualTo("sk-2");
    }

    @Test
    void readAheadThatTakesTooLongIsAwaited() {
        warm();
        pass(58);
        current();
        pass(2);
        assertThat(secret.value()).isNotDone();
        assertThat(reads).hasSize(1);
    }

    @Test
    void lastValueIsUsedDuringAnOutageWithoutWaiting() {
        warm();
        outage = Optional.of(UNAVAILABLE);
        for (int second = 0; second < 3_659; second++) {
            pass(1);
            assertThat(current()).as("after %d s", second).isEqualTo("sk-1");
            readAll();
        }
        assertThat(staleUses).isGreaterThanOrEqualTo(3_599);
        pass(1);
        assertThat(current(secret.value())).isEqualTo("server_error");
    }

    @Test
    void hangingServerDelaysOnlyTheFirstCalls() {
        warm();
        outage = Optional.of(UNAVAILABLE);
        pass(61);
        CompletableFuture<RemoteValue> first = secret.value();
        assertThat(first).isNotDone();
        pass(5);
        read();
        assertThat(first.join().value()).isEqualTo("sk-1");
        pass(2);
        assertThat(current()).isEqualTo("sk-1");
        assertThat(reads).hasSize(1);
        pass(4);
        assertThat(current()).isEqualTo("sk-1");
    }

    @Test
    void attemptsPauseForOneToTenSecondsDuringAnOutage() {
        warm();
        outage = Optional.of(UNAVAILABLE);
        pass(59);
        List<Integer> attempts = new ArrayList<>();
        for (int second = 0; second < 60; second++) {
            current();
            if (!reads.isEmpty()) {
                attempts.add(second);
            }
            readAll();
            pass(1);
        }
        assertThat(attempts).containsExactly(0, 1, 3, 7, 15, 25, 35, 45, 55);
    }

    @Test
    void valueIsFreshAgainAfterAnOutage() {
        warm();
        outage = Optional.of(UNAVAILABLE);
        pass(61);
        secret.value();
        read();
        outage = Optional.empty();
        stored = "sk-2";
        pass(2);
        assertThat(current()).isEqualTo("sk-1");
        read();
        assertThat(current()).isEqualTo("sk-2");
        int before = staleUses;
        pass(59);
        assertThat(current()).isEqualTo("sk-2");
        assertThat(staleUses).isEqualTo(before);
    }

    @Test
    void noOldValueIsUsedIfThatIsDisabled() {
        RemoteSecret strict = secret(Duration.ZERO);
        strict.value();
        read();
        outage = Optional.of(UNAVAILABLE);
        pass(59);
        assertThat(current(strict.value())).isEqualTo("sk-1");
        read();
        assertThat(current(strict.value())).isEqualTo("sk-1");
        pass(1);
        CompletableFuture<RemoteValue> call = strict.value();
        read();
        assertThat(current(call)).isEqualTo("server_error");
    }

    @Test
    void valueThatNoLongerExistsEndsAtOnce() {
        warm();
        outage = Optional.of(NOT_SENDABLE);
        pass(31);
        assertThat(current()).isEqualTo("sk-1");
        read();
        assertThat(current(secret.value())).isEqualTo("not_sendable");
        outage = Optional.of(UNAVAILABLE);
        pass(1);
        CompletableFuture<RemoteValue> call = secret.value();
        assertThat(call).isNotDone();
        read();
        assertThat(current(call)).isEqualTo("server_error");
    }

    @Test
    void valueThatNoHeaderCanCarryIsRejected() {
        stored = "sk\n1";
        CompletableFuture<RemoteValue> call = secret.value();
        read();
        assertThat(current(call)).isEqualTo("not_sendable");
        stored = "sk-1\n";
        pass(1);
        assertThat(read(secret.value())).isEqualTo("sk-1");
    }

    @Test
    void failureIsReturnedWithoutWaitingUntilTheNextAttempt() {
        outage = Optional.of(UNAVAILABLE);
        CompletableFuture<RemoteValue> call = secret.value();
        read();
        assertThat(current(call)).isEqualTo("server_error");
        assertThat(current(secret.value())).isEqualTo("server_error");
        assertThat(reads).isEmpty();
        pass(1);
        assertThat(secret.value()).isNotDone();
        assertThat(reads).hasSize(1);
    }

    @Test
    void rejectedValueIsReadAgainAndAwaited() {
        warm();
        stored = "sk-2";
        reject("sk-1");
        assertThat(reads).hasSize(1);
        CompletableFuture<RemoteValue> call = secret.value();
        assertThat(call).isNotDone();
        read();
        assertThat(call.join().value()).isEqualTo("sk-2");
        assertThat(current()).isEqualTo("sk-2");
    }

    @Test
    void rejectedValueIsReadAgainAtMostOnceInFiveSeconds() {
        warm();
        reject("sk-1");
        read();
        pass(4);
        reject("sk-1");
        assertThat(reads).isEmpty();
        assertThat(current()).isEqualTo("sk-1");
        pass(1);
        reject("sk-1");
        assertThat(reads).hasSize(1);
    }

    @Test
    void rejectedValueIsUsedIfItCannotBeReadAgain() {
        warm();
        outage = Optional.of(UNAVAILABLE);
        reject("sk-1");
        CompletableFuture<RemoteValue> call = secret.value();
        read();
        assertThat(call.join().value()).isEqualTo("sk-1");
        pass(6);
        current();
        readAll();
        reject("sk-1");
        assertThat(reads).isEmpty();
    }

    @Test
    void rejectionOfAValueThatWasReplacedIsIgnored() {
        warm();
        stored = "sk-2";
        pass(30);
        current();
        read();
        reject("sk-1");
        assertThat(reads).isEmpty();
        reject("sk-2");
        assertThat(reads).hasSize(1);
    }

    @Test
    void rejectionDuringAReadIsRepeatedAfterIt() {
        warm();
        pass(30);
        current();
        reject("sk-1");
        read();
        stored = "sk-2";
        reject("sk-1");
        assertThat(reads).hasSize(1);
    }

    @Test
    void callsDoNotWaitAgainForAReadThatChangedNothing() {
        warm();
        reject("sk-1");
        read();
        pass(5);
        reject("sk-1");
        assertThat(current()).isEqualTo("sk-1");
        stored = "sk-2";
        read();
        assertThat(current()).isEqualTo("sk-2");
    }

    @Test
    void callsDoNotWaitForAReadDuringAnOutage() {
        warm();
        outage = Optional.of(UNAVAILABLE);
        pass(30);
        current();
        read();
        pass(1);
        reject("sk-1");
        assertThat(reads).hasSize(1);
        assertThat(current()).isEqualTo("sk-1");
    }

    @Test
    void oldFailureDoesNotExtendTheUseOfAValue() {
        warm();
        outage = Optional.of(UNAVAILABLE);
        pass(30);
        current();
        read();
        outage = Optional.empty();
        stored = "sk-2";
        pass(600);
        CompletableFuture<RemoteValue> call = secret.value();
        assertThat(secret.value()).isNotDone();
        assertThat(read(call)).isEqualTo("sk-2");
    }

    @Test
    void dynamicSecretIsNotReadAgainForTenMinutes() {
        outage = Optional.of(DYNAMIC);
        secret.value();
        read();
        pass(599);
        assertThat(current(secret.value())).isEqualTo("dynamic_secret");
        assertThat(reads).isEmpty();
        pass(1);
        secret.value();
        assertThat(reads).hasSize(1);
    }

    @Test
    void ageOfTheLastUseIsReported() {
        warm();
        pass(20);
        current();
        pass(30);
        assertThat(secret.ageSince(now - Duration.ofMinutes(1).toNanos()))
                .isEqualTo(Duration.ofSeconds(20).toNanos());
        assertThat(secret.ageSince(now)).isZero();
    }

    @Test
    void failuresAreReported() {
        outage = Optional.of(UNAVAILABLE);
        secret.value();
        read();
        assertThat(reported).containsExactly("server_error");
    }

    @Test
    void faultsOfTheReaderFailCalls() {
        RemoteSecret faulty = new RemoteSecret(
                environment(Duration.ofHours(1), reference -> {
                    throw new IllegalStateException("fault");
                }),
                REFERENCE);
        CompletableFuture<RemoteValue> call = faulty.value();
        read();
        assertThat(current(call)).isEqualTo("server_error");
    }

    private RemoteSecret secret(Duration stale) {
        return new RemoteSecret(
                environment(stale, reference -> {
                    if (outage.isPresent()) {
                        throw outage.get();
                    }
                    return new VaultValue(stored, 1L);
                }),
                REFERENCE);
    }

    private RemoteSecret.Environment environment(Duration stale, RemoteSecret.Reader reader) {
        return new RemoteSecret.Environment(
                reader,
                reads::add,
                () -> now,
                Duration.ofSeconds(60),
                stale,
                new RemoteReadListener() {
                    @Override
                    public void onRead(RemoteReference reference, RemoteValue value) {
                        reported.add(value.value());
                    }

                    @Override
                    public void onFailure(RemoteReference reference, VaultException failure) {
                        reported.add(failure.kind().code());
                    }
                },
                () -> staleUses++);
    }

    private void warm() {
        secret.value();
        read();
    }

    private void reject(String value) {
        secret.reread(new RemoteValue(value, 1L, Instant.EPOCH));
    }

    private void pass(long seconds) {
        now += Duration.ofSeconds(seconds).toNanos();
    }

    private void read() {
        reads.remove().run();
    }

    private void readAll() {
        while (!reads.isEmpty()) {
            read();
        }
    }

    private String read(CompletableFuture<RemoteValue> call) {
        assertThat(call).isNotDone();
        read();
        return call.join().value();
    }

    private String current() {
        CompletableFuture<RemoteValue> call = secret.value();
        assertThat(call).isDone();
        return call.join().value();
    }

    /** The value, or the code of the failure. */
    private static String current(CompletableFuture<RemoteValue> call) {
        assertThat(call).isDone();
        return call.handle((value, failure) -> failure == null
                        ? value.value()
                        : ((VaultException) failure).kind().code())
                .join();
    }
}
