package io.agyn.proxy.forwarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ThreadIdTest {
    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();

    @Test
    void explicitHeaderPrecedesThoseOfAgents() {
        assertThat(ThreadId.of(headers)).isNull();
        headers.set("Thread-Id", "codex-thread");
        assertThat(ThreadId.of(headers)).isEqualTo("codex-thread");
        headers.set("Session-Id", "codex-session");
        assertThat(ThreadId.of(headers)).isEqualTo("codex-session");
        headers.set("X-Claude-Code-Session-Id", "claude");
        assertThat(ThreadId.of(headers)).isEqualTo("claude");
        headers.set("X-Agyn-Thread-Id", "agyn");
        assertThat(ThreadId.of(headers)).isEqualTo("agyn");
    }

    @Test
    void blankHeaderIsIgnored() {
        headers.set("x-agyn-thread-id", " ");
        headers.set("thread-id", "t");
        assertThat(ThreadId.of(headers)).isEqualTo("t");
    }

    @Test
    void longIdIsHashed() {
        headers.set("thread-id", "a".repeat(128));
        assertThat(ThreadId.of(headers)).isEqualTo("a".repeat(128));
        headers.set("thread-id", "a".repeat(129));
        assertThat(ThreadId.of(headers)).matches("sha256:[0-9a-f]{64}");
    }
}
