package io.agyn.testing;

import static io.restassured.RestAssured.given;

import io.restassured.RestAssured;
import java.net.URI;
import java.util.stream.Stream;

/** The metrics that a server publishes, in the text format of Prometheus. */
public record Metrics(String text) {

    /** Reads those of the server under test. */
    public static Metrics read() {
        return new Metrics(
                given().get("/q/metrics").then().statusCode(200).extract().asString());
    }

    public static Metrics of(URI server) {
        return new Metrics(RestAssured.get(server.resolve("/q/metrics")).asString());
    }

    /**
     * Returns the sum of the samples of a metric, 0 without samples.
     *
     * @param metric a name, for samples with any labels, or a name with all labels of one sample
     */
    public double sum(String metric) {
        return samples(metric)
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    public boolean contains(String metric) {
        return samples(metric).findAny().isPresent();
    }

    private Stream<String> samples(String metric) {
        return text.lines().filter(line -> line.startsWith(metric + " ") || line.startsWith(metric + "{"));
    }
}
