package io.agyn.organizations;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.organizations.OrganizationContents.Content;
import io.agyn.testing.Database;
import io.quarkus.arc.All;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class OrganizationContentsTest {
    @Inject
    Database database;

    @Inject
    @All
    List<OrganizationContents> features;

    @Test
    void everyTableOfAnOrganizationIsDeclared() throws SQLException {
        List<String> tables = database.column(String.class, """
            select relname::text from pg_class join pg_attribute on attrelid = pg_class.oid
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
                and attname = 'organization_id'\
            """);

        assertThat(features.stream()
                        .flatMap(feature -> feature.organizationContents().stream())
                        .map(Content::table))
                .isSubsetOf(tables);
        assertThat(tables)
                .filteredOn(table -> features.stream()
                        .flatMap(feature -> feature.organizationContents().stream())
                        .noneMatch(content -> content.table().equals(table)))
                .containsExactlyInAnyOrder(
                        // Deleted with the organization.
                        "membership",
                        "invitation",
                        "group_mapping",
                        "call_limit",
                        "model_fallback",
                        // Kept after the organization.
                        "usage_record",
                        // Deleted after a time.
                        "stored_object",
                        "change",
                        "idempotency_key");
    }
}
