package io.agyn.contract;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.agyn.access.Permissions;
import io.agyn.postgres.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class ContractTest {
    @Inject
    Contract contract;

    @Test
    void theServedContractIsTheFileItself() throws IOException {
        byte[] served = given().get("/openapi").then().statusCode(200).extract().asByteArray();
        assertThat(served).isEqualTo(Files.readAllBytes(Path.of("../openapi/openapi.yaml")));
    }

    @Test
    void theContractCanBeTriedInABrowserWithoutAnotherHost() {
        String page = given().get("/docs/").then().statusCode(200).extract().asString();
        assertThat(page)
                .contains("url: '/openapi'")
                .doesNotContain("src=\"http")
                .doesNotContain("href=\"http");
    }

    @Test
    void everyOperationOfTheContractHasItsPermissionsAndNoOtherHas() {
        assertThat(Permissions.operations())
                .containsExactlyInAnyOrderElementsOf(contract.operations().keySet());
    }

    @Test
    void requestSchemasAreClosedAndResponseSchemasOpen() throws IOException {
        JsonNode root = new YAMLMapper().readTree(contract.source());
        Set<String> requests = root.path("paths").findValues("requestBody").stream()
                .flatMap(body -> body.findValuesAsText("$ref").stream())
                .map(reference -> reference.substring(reference.lastIndexOf('/') + 1))
                .collect(Collectors.toSet());

        assertThat(requests).isNotEmpty();
        root.at("/components/schemas").properties().stream()
                .filter(schema -> schema.getValue().has("properties"))
                .forEach(schema -> assertThat(
                                schema.getValue().path("additionalProperties").asBoolean(true))
                        .as(schema.getKey())
                        .isEqualTo(!requests.contains(schema.getKey())));
    }

    @Test
    void everyOperationListsWhatItCanAlwaysAnswer() {
        contract.operations().values().forEach(operation -> {
            assertThat(operation.statuses()).as(operation.id()).contains(400, 401, 405, 406, 500, 503);
            if (operation.takesBody()) {
                assertThat(operation.statuses()).as(operation.id()).contains(413, 415);
            }
            if (operation.path().contains("{")) {
                assertThat(operation.statuses()).as(operation.id()).contains(404);
            }
        });
    }
}
