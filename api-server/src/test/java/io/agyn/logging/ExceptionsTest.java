package io.agyn.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExceptionsTest {
    // A log call whose first argument is a variable, and so an exception.
    private static final Pattern LOGS_AN_EXCEPTION =
            Pattern.compile("LOG\\s*\\.(error|warn|info|debug|trace)f?\\(\\s*[a-z][A-Za-z]*\\s*,");
    private static final Pattern LOGS_AN_EXCEPTION_LAST =
            Pattern.compile("LOG\\s*\\.(error|warn|info|debug|trace)\\([^;]*,\\s*[a-z][A-Za-z]*\\)");

    @Test
    void loggedExceptionShowsOnlyClassesAndFrames() {
        IllegalStateException exception =
                new IllegalStateException("sk-secret", new IOException("sk-secret of the cause"));
        exception.addSuppressed(new IOException("sk-secret suppressed", exception));

        StringWriter text = new StringWriter();
        Exceptions.withoutMessages(exception).printStackTrace(new PrintWriter(text));

        assertThat(text.toString())
                .contains("java.lang.IllegalStateException", "java.io.IOException", "ExceptionsTest.java")
                .doesNotContain("sk-secret");
    }

    @Test
    void proxyLogsNoMessageOfAnException() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java/io/agyn/proxy"))) {
            List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(sources).hasSizeGreaterThan(30);
            for (Path source : sources) {
                String text = Files.readString(source);
                assertThat(LOGS_AN_EXCEPTION.matcher(text).find())
                        .as("%s", source)
                        .isFalse();
                assertThat(LOGS_AN_EXCEPTION_LAST.matcher(text).find())
                        .as("%s", source)
                        .isFalse();
            }
        }
    }
}
