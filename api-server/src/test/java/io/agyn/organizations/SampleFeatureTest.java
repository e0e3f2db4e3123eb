package io.agyn.organizations;

import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;

import io.agyn.api.model.Organization;
import io.agyn.api.model.OrganizationCreate;
import io.agyn.console.audit.AuditedResource;
import io.agyn.console.audit.Entry;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import io.agyn.database.PostgresTestResource;
import io.agyn.problems.ConstraintProblem;
import io.agyn.problems.ConstraintProblems;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.rest.Problems;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.arc.All;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.hibernate.exception.ConstraintViolationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The recipe of CONTRIBUTING.md: a feature is a table and a package; no list of features is edited. */
@QuarkusTest
@TestProfile(SampleFeatureTest.WithSample.class)
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class SampleFeatureTest {
    public static final class WithSample implements QuarkusTestProfile {
        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(SampleContributions.class);
        }
    }

    @Alternative
    @Singleton
    static class SampleContributions
            implements ConstraintProblems, OrganizationContents, AuditedResource, BodyRules<OrganizationCreate> {
        @Override
        public Map<String, ConstraintProblem> constraintProblems() {
            return Map.of("sample_name_unique", ConstraintProblem.taken(ProblemKind.NAME_TAKEN, "name", "sample"));
        }

        @Override
        public List<Content> organizationContents() {
            return List.of(new Content("sample", "sample", "samples", 0));
        }

        @Override
        public String noun() {
            return "sample";
        }

        @Override
        public Entry.Resource resource(Organization organization, UUID id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Class<OrganizationCreate> type() {
            return OrganizationCreate.class;
        }

        @Override
        public void check(OrganizationCreate body, Violations violations) {
            if ("sample".equals(body.getName())) {
                violations.at("/name", "Must not be a sample.");
            }
        }
    }

    @Inject
    Database database;

    @Inject
    Problems problems;

    @Inject
    @All
    List<AuditedResource> audited;

    @BeforeEach
    void migrate() throws SQLException {
        database.execute("create table sample (organization_id uuid, name text constraint sample_name_unique unique)");
    }

    @AfterEach
    void dropTable() throws SQLException {
        database.execute("drop table sample");
    }

    @Test
    void organizationWithSamplesIsNotDeleted() throws SQLException {
        String organization = Api.organization();
        database.execute("insert into sample values (?, 'one')", UUID.fromString(organization));

        asAdmin()
                .delete("/organizations/{id}", organization)
                .then()
                .statusCode(409)
                .body("detail", containsString("1 sample"));
    }

    @Test
    void constraintOfSamplesHasItsProblem() {
        ProblemException problem = problems.of(
                new ConstraintViolationException("duplicate", new SQLException("duplicate"), "sample_name_unique"));

        assertThat(problem.kind()).isEqualTo(ProblemKind.NAME_TAKEN);
    }

    @Test
    void ruleOfSamplesRejectsABody() {
        asAdmin()
                .body(Map.of("name", "sample"))
                .post("/organizations")
                .then()
                .statusCode(400)
                .body("errors.detail", hasItem("Must not be a sample."));
    }

    @Test
    void auditLogKnowsSamples() {
        assertThat(audited.stream().map(AuditedResource::noun)).contains("sample");
    }
}
