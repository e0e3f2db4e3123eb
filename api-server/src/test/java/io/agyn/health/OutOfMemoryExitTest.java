package io.agyn.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class OutOfMemoryExitTest {
    @ParameterizedTest
    @ValueSource(strings = {"uncaught", "logged", "wrapped"})
    void processEndsWhenMemoryRunsOut(String how) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName(),
                        how)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isEqualTo(OutOfMemoryExit.CODE);
        assertThat(output).contains("ran out of memory");
    }

    /** A process whose other threads continue after one has run out of memory. */
    static final class Program {
        private static final Logger LOG = Logger.getLogger(Program.class);

        public static void main(String[] arguments) throws InterruptedException {
            OutOfMemoryExit.install();
            Thread.ofPlatform().start(() -> {
                switch (arguments[0]) {
                    case "uncaught" -> fill();
                    case "logged" -> {
                        try {
                            fill();
                        } catch (OutOfMemoryError e) {
                            LOG.error("caught", e);
                        }
                    }
                    default -> {
                        try {
                            fill();
                        } catch (OutOfMemoryError e) {
                            throw new IllegalStateException("wrapped", e);
                        }
                    }
                }
            });
            Thread.sleep(20_000);
        }

        private static void fill() {
            List<byte[]> kept = new ArrayList<>();
            while (true) {
                kept.add(new byte[1 << 20]);
            }
        }
    }
}
