package io.agyn.problems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.arc.All;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The database enforces the rules for all writers. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class ConstraintsTest {
    @Inject
    Database database;

    @Inject
    @All
    List<ConstraintProblems> features;

    private UUID own;
    private UUID ownSecret;
    private UUID ownProvider;
    private UUID foreignSecret;
    private UUID foreignProvider;
    private UUID ownSecretProvider;
    private UUID foreignSecretProvider;

    @BeforeEach
    void twoTenants() {
        String organization = Api.organization();
        String secret = Api.secret(organization, "v");
        own = UUID.fromString(organization);
        ownSecret = UUID.fromString(secret);
        ownProvider = UUID.fromString(Api.provider(organization, secret));
        String foreign = Api.organization();
        String theirs = Api.secret(foreign, "v");
        foreignSecret = UUID.fromString(theirs);
        foreignProvider = UUID.fromString(Api.provider(foreign, theirs));
        ownSecretProvider = UUID.fromString(Api.secretProvider(organization));
        foreignSecretProvider = UUID.fromString(Api.secretProvider(foreign));
    }

    @Test
    void providerCannotUseTheSecretOfAnotherTenant() throws SQLException {
        assertThat(copyProvider(ownSecret)).isEqualTo(1);
        assertRejected("llm_provider_token_secret", () -> copyProvider(foreignSecret));
    }

    @Test
    void modelCannotUseTheProviderOfAnotherTenant() throws SQLException {
        assertThat(insertModel(ownProvider)).isEqualTo(1);
        assertRejected("model_provider", () -> insertModel(foreignProvider));
    }

    @Test
    void referencedResourceCannotChangeTenants() {
        UUID foreign = UUID.fromString(Api.organization());
        assertRejected(
                "llm_provider_token_secret",
                () -> database.execute("update secret set organization_id = ? where id = ?", foreign, ownSecret));
    }

    @Test
    void secretInUseCannotBeDeleted() {
        assertRejected(
                "llm_provider_token_secret", () -> database.execute("delete from secret where id = ?", ownSecret));
    }

    @Test
    void providerHasOnlyTheCredentialsOfItsAuthMethod() {
        assertRejected(
                "llm_provider_credentials",
                () -> database.execute("update llm_provider set token_ciphertext = '\\x00' where id = ?", ownProvider));
        assertRejected(
                "llm_provider_credentials",
                () -> database.execute(
                        "update llm_provider set auth_method = 'custom_headers' where id = ?", ownProvider));
    }

    @Test
    void secretCannotUseTheSecretProviderOfAnotherTenant() {
        UUID remote = UUID.fromString(Api.remoteSecret(own.toString(), ownSecretProvider.toString()));
        assertRejected(
                "secret_provider_of_secret",
                () -> database.execute(
                        "update secret set provider_id = ? where id = ?", foreignSecretProvider, remote));
        assertRejected(
                "secret_provider_of_secret",
                () -> database.execute("delete from secret_provider where id = ?", ownSecretProvider));
    }

    @Test
    void secretHasTheFieldsOfOneStorage() {
        assertRejected(
                "secret_storage_fields",
                () -> database.execute("update secret set value_ciphertext = '' where id = ?", ownSecret));
        assertRejected(
                "secret_storage_fields",
                () -> database.execute("update secret set provider_id = ? where id = ?", ownSecretProvider, ownSecret));
    }

    @Test
    void secretProviderHasTheCredentialOfItsAuthMethodAndNoOther() {
        assertRejected(
                "secret_provider_credentials",
                () -> database.execute("update secret_provider set role_id = 'r' where id = ?", ownSecretProvider));
        assertRejected(
                "secret_provider_credentials",
                () -> database.execute(
                        "update secret_provider set auth_method = 'approle' where id = ?", ownSecretProvider));
    }

    @Test
    void everyConstraintThatACallerCanViolateHasItsProblem() throws SQLException {
        var constraints = database.column(
                String.class,
                // A unique index reports violations like a constraint.
                """
                select conname::text from pg_constraint
                where connamespace = 'public'::regnamespace and contype in ('f', 'u', 'x')
                    and conrelid <> 'flyway_schema_history'::regclass
                union
                select indexrelid::regclass::text from pg_index join pg_class on pg_class.oid = indexrelid
                where indisunique and not indisprimary and relnamespace = 'public'::regnamespace\
                """);

        Set<String> known = features.stream()
                .flatMap(feature -> feature.constraintProblems().keySet().stream())
                .collect(Collectors.toSet());
        assertThat(constraints).containsAll(known);
        assertThat(constraints)
                .filteredOn(constraint -> !known.contains(constraint))
                .containsExactlyInAnyOrder(
                        // Cannot be violated, because the id is unique.
                        "secret_in_organization",
                        "llm_provider_in_organization",
                        "secret_provider_in_organization",
                        "model_in_organization",
                        // The row is deleted with its secret, and written only for an existing one.
                        "remote_secret_status_secret",
                        // Generated by the server: 256 random bits.
                        "api_token_hash_unique",
                        // Sign-ins look the subject up under a lock.
                        "app_user_oidc_unique",
                        "console_session_user",
                        // A second request waits for the first, and gets the same response.
                        "idempotency_key_unique",
                        // The columns become null when the user is deleted, and only existing users are written.
                        "invitation_user",
                        "invitation_inviter",
                        // The rows are written and deleted with their model.
                        "model_fallback_model",
                        // The row is deleted with its user, and written only for an existing one.
                        "user_groups_user",
                        // A call whose limit was deleted meanwhile passes.
                        "limit_counter_limit",
                        // A session begins only while its token is locked.
                        "console_session_token");
    }

    private int copyProvider(UUID secret) throws SQLException {
        return database.execute("""
            insert into llm_provider (id, organization_id, name, endpoint, protocol, auth_method, token_secret_id,
                custom_header_names, credentials_fingerprint, created_at, updated_at)
            select gen_random_uuid(), organization_id, gen_random_uuid()::text, endpoint, protocol, auth_method, ?,
                custom_header_names, credentials_fingerprint, created_at, updated_at
            from llm_provider where id = ?\
            """, secret, ownProvider);
    }

    private int insertModel(UUID provider) throws SQLException {
        return database.execute("""
            insert into model (id, organization_id, name, provider_id, remote_model_name, created_at, updated_at)
            values (gen_random_uuid(), ?, gen_random_uuid()::text, ?, 'gpt-4o', now(), now())\
            """, own, provider);
    }

    private static void assertRejected(String constraint, Write write) {
        assertThatThrownBy(write::run).isInstanceOf(SQLException.class).hasMessageContaining("\"" + constraint + "\"");
    }

    private interface Write {
        int run() throws SQLException;
    }
}
