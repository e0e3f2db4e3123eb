package io.agyn.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.CallOutcome;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class UsageFilterTest {
    private static final OffsetDateTime TIME = OffsetDateTime.parse("2026-01-31T12:00:00Z");
    private static final UUID ID = UUID.randomUUID();

    private final UsageFilter filter = new UsageFilter(ID);

    @Test
    void recordsAreOfOneOrganization() {
        assertThat(filter.condition()).isEqualTo("organization_id = ?");
    }

    @Test
    void absentParametersAddNoCondition() {
        assertThat(filter.within(null, null).of(null, null, null).by(null).condition())
                .isEqualTo("organization_id = ?");
    }

    @Test
    void allConditionsApply() {
        assertThat(filter.within(TIME, TIME)
                        .of(ID, ID, CallOutcome.COMPLETED)
                        .by(ID)
                        .condition())
                .isEqualTo("organization_id = ? and started_at >= ? and started_at < ? and model_id = ?"
                        + " and provider_id = ? and outcome = ? and user_id = ?");
    }

    @Test
    void nextPageStartsAfterThePosition() {
        assertThat(filter.after(TIME, ID).condition())
                .isEqualTo("organization_id = ? and started_at <= ? and (started_at, id) < (?, ?)");
    }
}
