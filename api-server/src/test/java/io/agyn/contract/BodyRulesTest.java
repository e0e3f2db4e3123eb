package io.agyn.contract;

import static org.assertj.core.api.Assertions.assertThat;

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
class BodyRulesTest {
    @Inject
    Contract contract;

    @Inject
    @All
    List<BodyRules<?>> rules;

    @Test
    void schemasWithRulesAreCheckedByTheirFeature() {
        assertThat(rules.stream().map(rule -> rule.type().getSimpleName()))
                .containsExactlyInAnyOrderElementsOf(contract.schemasWithRules());
    }
}
