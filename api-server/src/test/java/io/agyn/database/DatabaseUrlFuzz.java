package io.agyn.database;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.agyn.operator.OperatorException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/** Passwords in database URLs, as operators write them, often without percent-encoding. */
@Timeout(60)
class DatabaseUrlFuzz {
    private static final String BEGINNING = "b3g1nn1ng";
    private static final String END = "3nd1ng";
    private static final List<String> URLS = List.of(
            "postgresql://user:%s@db.example/agyn",
            "postgres://user:%s@a.example:5432,b.example/agyn?sslmode=require",
            "postgresql://db.example/agyn?user=user&password=%s",
            "jdbc:postgresql://db.example/agyn?user=user&password=%s",
            "jdbc:postgresql://user:%s@db.example/agyn",
            "jdbc:postgresql://user:1%s@db.example/agyn");
    private static final List<String> REASONS =
            List.of("not a URL", "not a URL of PostgreSQL", "not a JDBC URL of PostgreSQL");
    private static final Logger DRIVER = Logger.getLogger("org.postgresql");
    private static final List<String> LOGGED = new ArrayList<>();
    private static final Handler LOG = new Handler() {
        @Override
        public void publish(LogRecord line) {
            LOGGED.add(new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeAll
    static void readTheLog() {
        LOG.setLevel(Level.ALL);
        DRIVER.addHandler(LOG);
    }

    @AfterAll
    static void restoreTheLog() {
        DRIVER.removeHandler(LOG);
    }

    @FuzzTest
    void messageAndLocationHoldNoPartOfThePassword(byte[] input) {
        String password = BEGINNING + new String(input, UTF_8) + END;
        for (String url : URLS) {
            LOGGED.clear();
            String shown;
            try {
                shown = DatabaseUrl.parse(url.replace("%s", password)).toString();
            } catch (IllegalArgumentException e) {
                // Messages that do not repeat the input, without a cause that does.
                assertThat(REASONS).contains(e.getMessage());
                assertThat(e).hasNoCause();
                continue;
            } catch (OperatorException e) {
                assertThat(e).hasNoCause();
                shown = e.getMessage();
            } finally {
                assertThat(LOGGED.toString()).doesNotContain(BEGINNING, END);
            }
            assertThat(shown).doesNotContain(BEGINNING, END);
        }
    }
}
