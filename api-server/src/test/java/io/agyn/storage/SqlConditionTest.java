package io.agyn.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.storage.Paging.Position;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class SqlConditionTest {
    private static final UUID ID = UUID.randomUUID();
    private static final SqlCondition CONDITION = SqlCondition.of("organization_id = ?", ID);

    @Test
    void absentParameterAddsNoTerm() {
        assertThat(CONDITION.and("user_id = ?", null).text()).isEqualTo("organization_id = ?");
    }

    @Test
    void allTermsApply() {
        assertThat(CONDITION
                        .and("model_id = ?", ID)
                        .and("outcome = ?", "completed")
                        .text())
                .isEqualTo("organization_id = ? and model_id = ? and outcome = ?");
    }

    @Test
    void nextPageStartsAfterThePosition() {
        assertThat(CONDITION.before("at", new Position(Instant.EPOCH, ID)).text())
                .isEqualTo("organization_id = ? and (at, id) < (?, ?)");
    }
}
