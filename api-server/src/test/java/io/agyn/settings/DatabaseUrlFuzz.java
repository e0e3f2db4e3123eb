package io.agyn.settings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
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
            "jdbc:postgresql://user:%s@db.example/agyn");

    @FuzzTest
    void messageAndLocationHoldNoPartOfThePassword(byte[] input) {
        String password = BEGINNING + new String(input, UTF_8) + END;
        for (String url : URLS) {
            String shown;
            try {
                shown = DatabaseUrl.parse(url.replace("%s", password)).toString();
            } catch (IllegalArgumentException | StartException e) {
                assertThat(e).hasNoCause();
                shown = e.getMessage();
            }
            assertThat(shown).doesNotContain(BEGINNING, END);
        }
    }
}
