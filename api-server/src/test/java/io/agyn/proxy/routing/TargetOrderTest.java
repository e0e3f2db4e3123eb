package io.agyn.proxy.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agyn.api.model.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TargetOrderTest {
    private static final int SESSIONS = 20_000;

    private final Target a = target("a");
    private final Target b = target("b");
    private final Target c = target("c");

    @Test
    void failoverKeepsTheOrder() {
        assertThat(TargetOrder.of(a, fallbacks(false), "any")).containsExactly(a, b, c);
    }

    @Test
    void sessionsAreSharedByWeight() {
        int[] counts = new int[3];
        for (int i = 0; i < SESSIONS; i++) {
            List<Target> order = TargetOrder.of(a, fallbacks(true), "session-" + i);
            assertThat(order).containsExactlyInAnyOrder(a, b, c);
            counts[List.of(a, b, c).indexOf(order.getFirst())]++;
        }
        assertThat(counts[0] / (double) SESSIONS).isCloseTo(0.1, within(0.02));
        assertThat(counts[1] / (double) SESSIONS).isCloseTo(0.2, within(0.02));
        assertThat(counts[2] / (double) SESSIONS).isCloseTo(0.7, within(0.02));
    }

    @Test
    void removedTargetMovesOnlyItsOwnSessions() {
        Fallbacks fewer = new Fallbacks(true, false, 1, List.of(new Fallbacks.Weighted(c, 7)), Set.of());
        for (int i = 0; i < 1_000; i++) {
            List<Target> order = new ArrayList<>(TargetOrder.of(a, fallbacks(true), "session-" + i));
            order.remove(b);
            assertThat(TargetOrder.of(a, fewer, "session-" + i)).isEqualTo(order);
        }
    }

    private Fallbacks fallbacks(boolean isWeighted) {
        return new Fallbacks(
                isWeighted,
                false,
                1,
                List.of(new Fallbacks.Weighted(b, 2), new Fallbacks.Weighted(c, 7)),
                Set.of(b.providerId(), c.providerId()));
    }

    private static Target target(String name) {
        return new Target(
                UUID.randomUUID(),
                UUID.randomUUID(),
                "fast",
                UUID.randomUUID(),
                name,
                Protocol.RESPONSES,
                Endpoint.of("https://api.example.com/v1"),
                List.of(),
                "\"gpt\"".getBytes(StandardCharsets.UTF_8));
    }
}
