package io.agyn.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server, the contract, the Java SDK and the Terraform provider have one version. */
@Timeout(30)
class VersionsTest {
    private static final Path ROOT = Path.of("..");

    @Test
    void allPartsHaveTheVersionOfTheContract() throws IOException {
        String version = first("openapi/openapi.yaml", "(?m)^  version: (\\S+)$");
        assertThat(version).matches("[1-9][0-9]*\\.[0-9]+\\.[0-9]+");

        assertThat(first("pom.xml", "<version>([^<]+)</version>")).isEqualTo(version);
        for (String module : List.of(
                "api-server",
                "embedded-postgres",
                "end-to-end",
                "openapi",
                "openapi/java-sdk",
                "operator",
                "scripted-provider")) {
            assertThat(first(module + "/pom.xml", "<artifactId>agyn-parent</artifactId>\\s*<version>([^<]+)</version>"))
                    .as(module)
                    .isEqualTo(version);
        }
        assertThat(first("examples/java-sdk/pom.xml", "<artifactId>agyn-java-sdk</artifactId>\\s*<version>([^<]+)<"))
                .isEqualTo(version);
        assertThat(first("Makefile", "(?m)^SDK_VERSION := (\\S+)$")).isEqualTo(version);
        assertThat(first("terraform-provider/internal/client/client.go", "API version: (\\S+)"))
                .isEqualTo(version);
        String minor = version.substring(0, version.lastIndexOf('.'));
        assertThat(first("terraform-provider/scripts/install.sh", "(?m)^version=([0-9]+\\.[0-9]+)\\."))
                .isEqualTo(minor);
    }

    @Test
    void examplesAcceptTheVersionOfTheProvider() throws IOException {
        String version = first("openapi/openapi.yaml", "(?m)^  version: (\\S+)$");
        String major = version.substring(0, version.indexOf('.'));
        List<Path> configurations = new ArrayList<>();
        for (String folder : List.of("examples", "modules", "terraform-provider/examples")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                configurations.addAll(
                        files.filter(VersionsTest::requiresTheProvider).toList());
            }
        }
        assertThat(configurations)
                .hasSizeGreaterThan(5)
                .allSatisfy(file -> assertThat(file).content().contains("version = \"~> " + major + ".0\""));
    }

    private static boolean requiresTheProvider(Path file) {
        try {
            return file.toString().endsWith(".tf") && Files.readString(file).contains("agynio/agyn\"");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String first(String file, String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(ROOT.resolve(file)));
        assertThat(matcher.find()).as("%s in %s", pattern, file).isTrue();
        return matcher.group(1);
    }
}
