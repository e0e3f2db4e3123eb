package io.agyn.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.LogLines;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class HourlyJobsTest {
    private final List<String> done = new ArrayList<>();

    @Test
    void failedJobIsLoggedByNameWithItsTraceAndTheOthersRun() {
        IllegalStateException fault = new IllegalStateException("a fault");
        try (LogLines log = LogLines.watch()) {
            HourlyJobs.runAll(
                    List.of(job("one", fault), job("two", new SQLException("refused", "08001")), job("three", null)));
            List<LogRecord> lines = log.of(HourlyJobs.class.getName(), Level.WARNING);
            assertThat(lines).hasSize(2);
            assertThat(lines.getFirst().getThrown()).isSameAs(fault);
            assertThat(LogLines.text(lines.getFirst())).contains("one");
            assertThat(LogLines.text(lines.getLast())).contains("two", "refused");
        }
        assertThat(done).containsExactly("one", "two", "three");
    }

    private HourlyJob job(String name, Exception failure) {
        return new HourlyJob() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void run() throws Exception {
                done.add(name);
                if (failure != null) {
                    throw failure;
                }
            }
        };
    }
}
