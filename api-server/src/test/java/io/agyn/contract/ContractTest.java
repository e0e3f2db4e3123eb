package io.agyn.contract;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.access.Permissions;
import io.agyn.database.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class ContractTest {
    @Inject
    Contract contract;

    @Test
    void servedContractIsTheFileItself() throws IOException {
        byte[] served = given().get("/openapi").then().statusCode(200).extract().asByteArray();
        assertThat(served).isEqualTo(Files.readAllBytes(Path.of("../openapi/openapi.yaml")));
    }

    @Test
    void contractIsTriedInABrowserWithoutAnotherHost() {
        String page = given().get("/docs/").then().statusCode(200).extract().asString();
        assertThat(page)
                .contains("url: '/openapi'")
                .doesNotContain("src=\"http")
                .doesNotContain("href=\"http");
    }

    @Test
    void everyOperationHasPermissions() {
        assertThat(Permissions.operations())
                .containsExactlyInAnyOrderElementsOf(contract.operations().keySet());
    }
}
