package io.agyn.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Maven's modules inherit the time-out of tests without {@code @Timeout}. */
class DefaultTimeoutTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern MODULE = Pattern.compile("<module>(.*?)</module>");
    private static final Pattern ARG_LINE = Pattern.compile("<argLine>(.*?)</argLine>", Pattern.DOTALL);

    @Test
    void everyModuleHasTheDefaultTimeout() throws IOException {
        String parent = Files.readString(ROOT.resolve("pom.xml"));
        assertThat(found(ARG_LINE, parent))
                .singleElement()
                .asString()
                .contains("-Djunit.jupiter.execution.timeout.default=${test.timeout}");
        assertThat(found(MODULE, parent)).hasSizeGreaterThan(5).allSatisfy(module -> {
            String pom = Files.readString(ROOT.resolve(module).resolve("pom.xml"));
            assertThat(pom).contains("<artifactId>agyn-parent</artifactId>");
            assertThat(found(ARG_LINE, pom)).allMatch(line -> line.contains("${argLine}"));
        });
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(1)).toList();
    }
}
