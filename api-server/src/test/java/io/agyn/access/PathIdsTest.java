package io.agyn.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PathIdsTest {
    private static final UUID ORGANIZATION = UUID.randomUUID();
    private static final UUID MODEL = UUID.randomUUID();

    private final PathIds ids = new PathIds();

    @Test
    void pathWithoutIdsNamesNoOrganization() {
        assertThat(ids.nameAnOrganization()).isFalse();
        assertThat(ids.organization()).isEmpty();
        assertThat(ids.innermost()).isEmpty();
    }

    @Test
    void resourceIsTheInnermostId() {
        ids.set(Map.of("organization_id", ORGANIZATION.toString(), "model_id", MODEL.toString()));
        assertThat(ids.nameAnOrganization()).isTrue();
        assertThat(ids.organization()).contains(ORGANIZATION);
        assertThat(ids.of("model_id")).contains(MODEL);
        assertThat(ids.innermost()).contains(MODEL);
    }

    @Test
    void organizationIsInnermostWithoutAResource() {
        ids.set(Map.of("organization_id", ORGANIZATION.toString()));
        assertThat(ids.innermost()).contains(ORGANIZATION);
    }

    @Test
    void invalidIdIsNoId() {
        ids.set(Map.of("organization_id", "acme"));
        assertThat(ids.nameAnOrganization()).isTrue();
        assertThat(ids.organization()).isEmpty();
        assertThat(ids.of("model_id")).isEmpty();
    }
}
