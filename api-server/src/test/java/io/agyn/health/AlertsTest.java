package io.agyn.health;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.agyn.database.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every metric and label in docs/alerts.yaml exists: an alert on a missing one would never fire. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class AlertsTest {
    private static final Path ALERTS = Path.of("../docs/alerts.yaml");
    // A metric name that is neither a function nor a label list, with its label matchers.
    private static final Pattern FIGURE = Pattern.compile("\\b([a-z]\\w*)\\b(?!\\s*\\()(?:\\{([^}]*)})?");
    private static final Pattern LABEL = Pattern.compile("(\\w+)(=~|=|!=)\"([^\"]*)\"");
    private static final Pattern NO_FIGURES = Pattern.compile("by \\([^)]*\\)|\\[\\w+]|\\b[0-9][0-9.e]*\\b");
    // Prometheus's own, of each server that it scrapes.
    private static final Set<String> OF_PROMETHEUS = Set.of("up");

    @Test
    void everyMetricAndLabelValueIsServed() throws IOException {
        List<String> served = given().get("/q/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString()
                .lines()
                .toList();
        List<MatchResult> asked = expressions()
                .flatMap(expression -> FIGURE.matcher(
                                NO_FIGURES.matcher(expression).replaceAll(" "))
                        .results())
                .filter(metric -> !OF_PROMETHEUS.contains(metric.group(1)))
                .toList();
        assertThat(asked).hasSizeGreaterThan(12);
        for (MatchResult metric : asked) {
            List<String> samples = served.stream()
                    .filter(line -> line.matches(Pattern.quote(metric.group(1)) + "[{ ].*"))
                    .toList();
            assertThat(samples).as(metric.group(1)).isNotEmpty();
            LABEL.matcher(metric.group(2) == null ? "" : metric.group(2))
                    .results()
                    .forEach(label -> {
                        for (String value : label.group(3).split("\\|")) {
                            assertThat(samples)
                                    .as(metric.group())
                                    .anyMatch(line -> line.contains(label.group(1) + "=\"" + value + "\""));
                        }
                    });
        }
    }

    @Test
    void everyAlertHasADescription() throws IOException {
        assertThat(rules()).isNotEmpty().allSatisfy(rule -> {
            assertThat(rule.path("alert").asText()).startsWith("Agyn");
            assertThat(rule.path("labels").path("severity").asText()).isIn("warning", "critical");
            assertThat(rule.path("annotations").path("summary").asText()).isNotBlank();
        });
    }

    private static Stream<String> expressions() throws IOException {
        return rules().map(rule -> rule.path("expr").asText());
    }

    private static Stream<JsonNode> rules() throws IOException {
        return new YAMLMapper()
                .readTree(ALERTS.toFile())
                .path("groups")
                .valueStream()
                .flatMap(group -> group.path("rules").valueStream());
    }
}
