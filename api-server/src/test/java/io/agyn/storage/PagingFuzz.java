package io.agyn.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.agyn.problems.ProblemException;
import io.agyn.storage.Paging.Position;
import java.time.Instant;
import org.junit.jupiter.api.Timeout;

/** Page tokens, as callers send them. */
@Timeout(60)
class PagingFuzz {
    @FuzzTest
    void pageTokenIsAPositionOrAProblem(byte[] token) {
        Position position;
        try {
            position = Position.of(new String(token, UTF_8));
        } catch (ProblemException invalid) {
            return;
        }
        assertThat(Position.of(position.token())).isEqualTo(position);
        // The range of the database's timestamps.
        assertThat(position.createdAt()).isBetween(Instant.EPOCH, Instant.parse("9999-12-31T00:00:00Z"));
    }
}
