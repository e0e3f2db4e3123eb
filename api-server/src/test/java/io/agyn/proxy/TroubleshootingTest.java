package io.agyn.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.ModelTestFailure;
import io.agyn.api.model.SecretFailure;
import io.agyn.problems.ProblemKind;
import io.agyn.proxy.dialect.ProxyError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** docs/troubleshooting.md has a row with the right status for each error that users can see, and no other. */
@Timeout(value = 10, unit = TimeUnit.SECONDS)
class TroubleshootingTest {

    private static final Path PAGE = Path.of("../docs/troubleshooting.md");

    @Test
    void everyProblemCodeIsExplained() throws IOException {
        assertThat(rows("Problems of the API", "`([a-z_]+)` \\| (\\d+)"))
                .containsExactlyInAnyOrderElementsOf(Stream.of(ProblemKind.values())
                        .map(kind -> List.of(kind.code(), Integer.toString(kind.status())))
                        .toList());
    }

    @Test
    void everyProxyErrorIsExplained() throws IOException {
        assertThat(rows("Errors of the LLM Proxy", "`([a-z_]+)` \\| (\\d+)"))
                .containsExactlyInAnyOrderElementsOf(Stream.of(ProxyError.Kind.values())
                        .map(kind -> List.of(kind.code(), Integer.toString(kind.status())))
                        .toList());
    }

    @Test
    void everyModelTestFailureIsExplained() throws IOException {
        assertThat(rows("Failed model tests", "`([a-z_]+)`()"))
                .containsExactlyInAnyOrderElementsOf(Stream.of(ModelTestFailure.values())
                        .map(failure -> List.of(failure.toString(), ""))
                        .toList());
    }

    @Test
    void everyFailureOfARemoteSecretIsExplained() throws IOException {
        assertThat(rows("Failed reads of remote secrets", "`([a-z_]+)`()"))
                .containsExactlyInAnyOrderElementsOf(Stream.of(SecretFailure.values())
                        .map(failure -> List.of(failure.toString(), ""))
                        .toList());
    }

    /** The two groups of a cell pattern in each row of a section's table. */
    private static List<List<String>> rows(String heading, String cells) throws IOException {
        String page = Files.readString(PAGE);
        int start = page.indexOf("\n## " + heading + "\n");
        assertThat(start).as("section " + heading).isNotNegative();
        int end = page.indexOf("\n## ", start + 1);
        return Pattern.compile("(?m)^\\| " + cells + " \\|")
                .matcher(page.substring(start, end))
                .results()
                .map(row -> List.of(row.group(1), row.group(2)))
                .toList();
    }
}
