package io.agyn.proxy.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.list;

import io.agyn.settings.SettingsReader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    private final AddressRules rules = rules("allow");

    @Test
    void nameResolvesByTheSystemResolver() throws Exception {
        assertThat(new Addresses(rules).of("localhost").get())
                .isNotEmpty()
                .allSatisfy(address -> assertThat(address.isLoopbackAddress()).isTrue());
        assertThat(new Addresses(rules).of("::1").get()).containsExactly(InetAddress.ofLiteral("::1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "2852039166",
                "0xa9fea9fe",
                "0xa9.0xfe.0xa9.0xfe",
                "0251.0376.0251.0376",
                "169.254.43518",
                "::ffff:169.254.169.254",
                "[::ffff:a9fe:a9fe]",
                "64:ff9b::a9fe:a9fe"
            })
    void everySpellingOfTheMetadataServiceIsDenied(String host) {
        assertThatThrownBy(() -> new Addresses(rules).of(host).get())
                .isInstanceOf(ExecutionException.class)
                .satisfies(failure -> assertThat(failure.getCause())
                        .isInstanceOfAny(EgressDeniedException.class, UnknownHostException.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "::1"})
    void noNotationOfLoopbackIsAllowedWhenPrivateIsDenied(String host) {
        assertThatThrownBy(() -> new Addresses(rules("deny")).of(host).get())
                .isInstanceOf(ExecutionException.class)
                .satisfies(failure -> assertThat(failure.getCause())
                        .isInstanceOfAny(EgressDeniedException.class, UnknownHostException.class));
    }

    @Test
    void nameOfTheMetadataServiceIsRejectedWithTheReason() {
        Addresses addresses = new Addresses(rules, host -> addresses("169.254.169.254", "fe80::1"));
        assertThatThrownBy(() -> addresses.of("models.example").get())
                .hasCauseInstanceOf(EgressDeniedException.class)
                .cause()
                .hasMessage(
                        "its host resolves to a cloud metadata address, which is always blocked: use another host.");
    }

    @Test
    void deniedAddressesAreOmittedAndTheOrderIsKept() throws Exception {
        Addresses addresses = new Addresses(
                rules, host -> addresses("169.254.169.254", "2001:db8::2", "fe80::1", "192.0.2.1", "2001:db8::1"));
        assertThat(addresses.of("models.example").get())
                .containsExactly(addresses("2001:db8::2", "192.0.2.1", "2001:db8::1"));
    }

    @Test
    void unknownNameFailsAndIsLookedUpAgainSoon() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Addresses addresses = new Addresses(rules, host -> {
            if (asked.getAndIncrement() == 0) {
                throw new UnknownHostException(host);
            }
            return addresses("192.0.2.1");
        });
        assertThatThrownBy(() -> addresses.of("models.example").get()).hasCauseInstanceOf(UnknownHostException.class);
        assertThatThrownBy(() -> addresses.of("models.example").get()).hasCauseInstanceOf(UnknownHostException.class);
        assertThat(asked).hasValue(1);
        Thread.sleep(1_100);
        assertThat(addresses.of("models.example").get()).containsExactly(addresses("192.0.2.1"));
    }

    @Test
    void requestsShareOneLookupAndThenTheCachedEntry() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        Addresses addresses = new Addresses(rules, host -> {
            asked.incrementAndGet();
            await(held);
            return addresses("192.0.2.1");
        });
        List<CompletableFuture<List<InetAddress>>> responses =
                Stream.generate(() -> addresses.of("models.example")).limit(100).toList();
        assertThat(responses).noneMatch(CompletableFuture::isDone);
        held.countDown();
        for (CompletableFuture<List<InetAddress>> response : responses) {
            assertThat(response.get()).containsExactly(addresses("192.0.2.1"));
        }
        assertThat(addresses.of("models.example"))
                .isCompletedWithValueMatching(known -> known.equals(List.of(addresses("192.0.2.1"))));
        assertThat(asked).hasValue(1);
    }

    @Test
    void namesWithoutEndDoNotPileUp() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        Addresses addresses = new Addresses(rules, host -> {
            await(held);
            return addresses("192.0.2.1");
        });
        List<CompletableFuture<List<InetAddress>>> responses = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            responses.add(addresses.of("models-" + i + ".example"));
        }
        assertThat(responses)
                .filteredOn(CompletableFuture::isCompletedExceptionally)
                .hasSizeBetween(900, 1_100)
                .allSatisfy(response ->
                        assertThatThrownBy(response::get).hasCauseInstanceOf(RejectedExecutionException.class));
        held.countDown();
        assertThat(responses.getFirst().get())
                .asInstanceOf(list(InetAddress.class))
                .hasSize(1);
        assertThat(addresses.of("models-1999.example").get()).hasSize(1);
    }

    private static InetAddress[] addresses(String... literals) {
        return Stream.of(literals).map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
    }

    private static AddressRules rules(String privateAddresses) {
        return new AddressRules(SettingsReader.read(Map.of("agyn.egress.private", privateAddresses)));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
