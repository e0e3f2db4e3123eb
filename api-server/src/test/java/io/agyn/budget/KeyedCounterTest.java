package io.agyn.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class KeyedCounterTest {
    private final KeyedCounter<String> counter = new KeyedCounter<>();

    @Test
    void countsEachKeySeparately() {
        assertThat(counter.add("a", 2)).isEqualTo(2);
        assertThat(counter.add("a", 3)).isEqualTo(5);
        assertThat(counter.add("b", 1)).isEqualTo(1);
        assertThat(counter.add("a", -1)).isEqualTo(4);
        assertThat(counter.get("a")).isEqualTo(4);
        assertThat(counter.get("c")).isZero();
    }

    @Test
    void forgetsAKeyAtZero() {
        counter.add("a", 2);
        counter.add("b", 1);
        assertThat(counter.add("a", -2)).isZero();
        assertThat(counter.add("c", 0)).isZero();
        assertThat(counter.size()).isEqualTo(1);
    }

    @Test
    void isNeverNegative() {
        assertThat(counter.add("a", -1)).isZero();
        assertThat(counter.add("a", 1)).isEqualTo(1);
    }

    @Test
    void losesNoUpdateOfConcurrentThreads() {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int thread = 0; thread < 4; thread++) {
                threads.submit(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        counter.add("a", 2);
                        counter.add("a", -1);
                    }
                });
            }
        }
        assertThat(counter.get("a")).isEqualTo(40_000);
    }
}
