package io.agyn.contract;

import static io.agyn.testing.Api.asAdmin;
import static org.hamcrest.Matchers.equalTo;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class NumbersTest {
    static Stream<String> numbers() {
        return Stream.of(
                "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e400", "9".repeat(100_000));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void numberInPlaceOfTextIsReportedAtAnySize(String number) {
        asAdmin()
                .body("{\"name\": " + number + ", \"value\": \"v\"}")
                .post("/organizations/{org}/secrets", Api.organization())
                .then()
                .statusCode(400)
                .body("errors.pointer", equalTo(List.of("/name")))
                .body("errors.detail", equalTo(List.of("Must be a string, not a number.")));
    }
}
