package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.testing.SentCredentials;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Searches for the credentials that the unit tests have sent. {@link SentCredentials} looks into problems
 * when they are returned, and {@link ServerProcess} into the log, the metrics and the database of each packaged server.
 */
class NoCredentialLingersIT {

    @Test
    void noneIsInTheDatabasesThatTheSuiteWroteTo() throws IOException {
        assertThat(SentCredentials.all()).hasSizeGreaterThan(200);
        assertThat(SentCredentials.takeSearches()).isNotEmpty().containsOnly(SentCredentials.CLEAN);
    }

    @Test
    void noneIsInTheTestReportsAndTheLogsInThem() {
        assertThat(SentCredentials.under(Path.of("target/surefire-reports"), file -> true))
                .isEmpty();
    }
}
