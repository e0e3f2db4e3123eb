package io.agyn.console.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.contract.Contract;
import io.agyn.database.PostgresTestResource;
import io.quarkus.arc.All;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class AuditedResourcesTest {
    @Inject
    Contract contract;

    @Inject
    @All
    List<AuditedResource> features;

    @Test
    void everyResourceOfTheContractIsDeclaredOnce() {
        List<String> nouns = contract.operations().values().stream()
                .filter(operation ->
                        operation.method().equals("GET") && operation.path().endsWith("_id}"))
                .map(operation -> OperationWords.words(operation.id()).noun())
                // Part of each event.
                .filter(noun -> !noun.equals("organization"))
                .toList();

        assertThat(nouns).contains("secret");
        assertThat(features.stream().map(AuditedResource::noun)).containsExactlyInAnyOrderElementsOf(nouns);
    }
}
