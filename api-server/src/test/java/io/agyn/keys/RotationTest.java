package io.agyn.keys;

import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.database.DatabaseProbe;
import io.agyn.database.DatabaseUrl;
import io.agyn.database.PostgresTestResource;
import io.agyn.keys.credentials.AllCredentialColumns;
import io.agyn.keys.credentials.CredentialCipher;
import io.agyn.keys.credentials.EncryptionContext;
import io.agyn.keys.rotation.KeyUse;
import io.agyn.keys.rotation.KeysetVerification;
import io.agyn.keys.rotation.Rewrap;
import io.agyn.settings.Settings;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A rotation of the encryption keys, seen from the database. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class RotationTest {
    private static final String SECRET = "/organizations/{org}/secrets/{id}";
    private static final String PROVIDER = "/organizations/{org}/llm-providers/{id}";

    @Inject
    Database database;

    @Inject
    Settings settings;

    @Inject
    LiveKeyset keys;

    @Inject
    CredentialCipher cipher;

    private Connection connection;
    private String organization;
    private String secret;

    @BeforeEach
    void connect() {
        connection = another();
        organization = Api.organization();
        secret = Api.secret(organization, "kept value");
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    @Test
    void rewrappingChangesOnlyTheKey() throws SQLException {
        String token = create("bearer", Map.of("token", "kept-token"));
        String headers = create("custom_headers", Map.of("custom_headers", Map.of("X-Key", "kept header")));
        Map<String, Response> before = read(token, headers);
        Keyset keyset = promoteANewKey();
        List<Long> changes = changes();
        AtomicLong progress = new AtomicLong();

        Rewrap rewrap = new Rewrap(connection, keyset, progress::set);
        Set<String> unreadable = rewrap.run();

        assertThat(Stream.of(secret, token, headers))
                .allSatisfy(id -> assertThat(unreadable).noneMatch(row -> row.contains(id)));
        assertThat(progress.get()).isEqualTo(rewrap.rewrapped()).isGreaterThanOrEqualTo(3);
        assertThat(keyOf("secret", "value", secret)).contains(keyset.primary());
        assertThat(keyOf("llm_provider", "token", token)).contains(keyset.primary());
        assertThat(keyOf("llm_provider", "custom_headers", headers)).contains(keyset.primary());
        assertThat(KeyUse.count(connection).of("keyset check", keyset.primary()))
                .isEqualTo(1);
        read(token, headers).forEach((id, response) -> {
            assertThat(response.asString()).isEqualTo(before.get(id).asString());
            assertThat(response.header("ETag")).isEqualTo(before.get(id).header("ETag"));
        });
        assertThat(changes()).as("nothing for servers to look up again").isEqualTo(changes);
        assertThat(decrypted(secret)).isEqualTo("kept value");
        assertThat(new Rewrap(connection, keyset, progress::set).run()).isEqualTo(unreadable);
        assertThat(KeyUse.count(connection).ofOthers(keyset.primary())).isEqualTo(unreadable.size());
    }

    @Test
    void concurrentWriteIsNotOverwritten() throws Exception {
        Keyset old = keys.current();
        Keyset keyset = promoteANewKey();
        byte[] written = old.aead()
                .encrypt("written meanwhile".getBytes(), context(secret).bytes());
        try (Connection writer = another();
                PreparedStatement write =
                        writer.prepareStatement("update secret set value_ciphertext = ? where id = ?::uuid")) {
            writer.setAutoCommit(false);
            write.setBytes(1, written);
            write.setString(2, secret);
            write.executeUpdate();
            CompletableFuture<Void> rewrap = CompletableFuture.runAsync(() -> {
                try {
                    new Rewrap(connection, keyset, done -> {}).run();
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
            });
            awaitOneThatWaits();
            writer.commit();
            rewrap.join();
        }

        assertThat(decrypted(secret)).isEqualTo("written meanwhile");
        assertThat(keyOf("secret", "value", secret)).contains(keyset.primary());
    }

    @Test
    void undecryptableCredentialIsNamedAndKept() throws SQLException {
        database.execute(
                "update secret set value_ciphertext = set_byte(value_ciphertext, 20, 255 - get_byte(value_ciphertext,"
                        + " 20)) where id = ?::uuid",
                secret);
        byte[] altered = ciphertext(secret);
        Keyset keyset = promoteANewKey();

        assertThat(new Rewrap(connection, keyset, done -> {}).run()).contains("the value of secret " + secret);
        assertThat(ciphertext(secret)).isEqualTo(altered);
        assertThat(KeysetVerification.run(connection, keyset).unreadable()).contains("the value of secret " + secret);

        database.execute("delete from secret where id = ?::uuid", secret);
    }

    @Test
    void verificationListsRowsThatAnotherKeysetCannotRead() throws SQLException {
        Keyset keyset = promoteANewKey();
        new Rewrap(connection, keyset, done -> {}).run();
        Keyset before = keyset.withPrimary(keyset.keys().getFirst()).without(keyset.primary());

        KeysetVerification right = KeysetVerification.run(connection, keyset);
        KeysetVerification wrong = KeysetVerification.run(connection, before);

        assertThat(right.readable()).isPositive();
        assertThat(right.otherFingerprints()).isEmpty();
        assertThat(right.unreadable()).noneMatch(row -> row.contains(secret));
        assertThat(wrong.readable()).isZero();
        assertThat(wrong.unreadable()).contains("the keyset check", "the value of secret " + secret);
    }

    @Test
    void secretProvidersAreRewrappedAndRemoteSecretsStayAsTheyAre() throws SQLException {
        String token = secretProvider(Map.of("token", "hvs.kept"));
        String role = secretProvider(Map.of("role_id", "agyn", "secret_id", "kept-id"));
        String remote = Api.remoteSecret(organization, token);
        String before = asAdmin().get(SECRET, organization, remote).asString();
        Keyset keyset = promoteANewKey();

        Set<String> unreadable = new Rewrap(connection, keyset, done -> {}).run();

        assertThat(Stream.of(token, role, remote))
                .allSatisfy(id -> assertThat(unreadable).noneMatch(row -> row.contains(id)));
        assertThat(keyOf("secret_provider", "token", token)).contains(keyset.primary());
        assertThat(keyOf("secret_provider", "approle_secret_id", role)).contains(keyset.primary());
        assertThat(asAdmin().get(SECRET, organization, remote).asString()).isEqualTo(before);
        assertThat(KeysetVerification.run(connection, keyset).unreadable())
                .noneMatch(row -> row.contains(token) || row.contains(role) || row.contains(remote));
        String reveal = "/organizations/{org}/secret-providers/{id}/reveal-credentials";
        assertThat(asAdmin().post(reveal, organization, token).<String>path("token"))
                .isEqualTo("hvs.kept");
        assertThat(asAdmin().post(reveal, organization, role).<String>path("secret_id"))
                .isEqualTo("kept-id");
    }

    @Test
    void newFingerprintKeyReplacesOnlyFingerprints() throws SQLException {
        String token = create("bearer", Map.of("token", "kept-token"));
        String headers = create("custom_headers", Map.of("custom_headers", Map.of("X-Key", "kept header")));
        String reference = create("bearer", Map.of("token_secret_id", secret));
        List<String> before = fingerprints(token, headers, reference);
        Map<String, Object> state = asAdmin().get(SECRET, organization, secret).path("$");
        KeyId old = keys.current().primary(KeyPurpose.FINGERPRINT);

        KeysetFile file = KeysetFile.of(settings);
        file.change(keyset -> keyset.withNewKey(KeyPurpose.FINGERPRINT));
        file.change(
                keyset -> keyset.withPrimary(keyset.keys(KeyPurpose.FINGERPRINT).getLast()));
        keys.reload();
        assertThat(writtenAgain()).as("the same value is the same value").isEqualTo(1);
        assertThat(fingerprints(token, headers, reference)).isEqualTo(before);

        new Rewrap(connection, keys.current(), done -> {}).run();

        List<String> after = fingerprints(token, headers, reference);
        assertThat(after).doesNotContainAnyElementsOf(before).doesNotHaveDuplicates();
        assertThat(asAdmin().get(SECRET, organization, secret).<Map<String, Object>>path("$"))
                .containsEntry("version", state.get("version"))
                .containsEntry("created_at", state.get("created_at"));
        KeysetVerification trial = KeysetVerification.run(connection, keys.current());
        assertThat(trial.fingerprints()).doesNotContainKey(old);
        assertThat(trial.otherFingerprints()).noneMatch(row -> row.contains(token) || row.contains(headers));

        file.change(keyset -> keyset.without(old));
        keys.reload();
        assertThat(keys.current().contains(old)).isFalse();
        assertThat(writtenAgain()).isEqualTo(1);
        assertThat(fingerprints(token, headers, reference)).isEqualTo(after);
    }

    /** Writes the secret's current value; returns the version. */
    private int writtenAgain() {
        String name = asAdmin().get(SECRET, organization, secret).path("name");
        return asAdmin()
                .body(Map.of("name", name, "value", "kept value"))
                .put(SECRET, organization, secret)
                .path("version");
    }

    private List<String> fingerprints(String... providers) {
        List<String> found = new ArrayList<>();
        found.add(asAdmin().get(SECRET, organization, secret).path("fingerprint"));
        for (String provider : providers) {
            found.add(asAdmin().get(PROVIDER, organization, provider).path("credentials_fingerprint"));
        }
        return found;
    }

    @Test
    void serverReportsItsKeys() throws Exception {
        awaitServer(keys.current());

        Keyset keyset = promoteANewKey();
        awaitServer(keyset);

        database.column(
                Boolean.class,
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'agyn change feed'");
        awaitServer(keyset);
    }

    @Test
    void everyColumnOfCiphertextsIsDeclared() throws SQLException {
        List<String> columns = database.column(
                String.class,
                "select table_name || '.' || column_name from information_schema.columns"
                        + " where table_schema = 'public' and column_name like '%ciphertext'");

        assertThat(columns)
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                AllCredentialColumns.COLUMNS.stream()
                                        .map(column -> column.table() + "." + column.column()),
                                Stream.of("keyset_check.ciphertext"))
                        .toList());
    }

    private Keyset promoteANewKey() {
        KeysetFile file = KeysetFile.of(settings);
        file.change(Keyset::withNewKey);
        Keyset promoted = file.change(keyset -> keyset.withPrimary(keyset.keys().getLast()));
        keys.reload();
        assertThat(keys.current().primary()).isEqualTo(promoted.primary());
        return keys.current();
    }

    private void awaitServer(Keyset keyset) {
        ServerKeys wanted = new ServerKeys(
                Stream.of(KeyPurpose.values())
                        .flatMap(purpose -> keyset.keys(purpose).stream())
                        .collect(Collectors.toSet()),
                Stream.of(KeyPurpose.values()).map(keyset::primary).collect(Collectors.toSet()));
        await("announced").until(() -> ServerKeys.read(connection).equals(List.of(wanted)));
    }

    private void awaitOneThatWaits() {
        await("a statement that waits for the row").until(() -> database.column(
                        Long.class,
                        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like 'update"
                                + " secret set value_ciphertext%'")
                .equals(List.of(1L)));
    }

    private Connection another() {
        return DatabaseProbe.connect(
                DatabaseUrl.parse(settings.database().url().orElseThrow()),
                settings.database().username().orElseThrow(),
                settings.database().password().orElseThrow());
    }

    private Map<String, Response> read(String... providers) {
        return Map.of(
                secret,
                asAdmin().get(SECRET, organization, secret),
                providers[0],
                asAdmin().get(PROVIDER, organization, providers[0]),
                providers[1],
                asAdmin().get(PROVIDER, organization, providers[1]));
    }

    private List<Long> changes() throws SQLException {
        return database.column(Long.class, "select count(*) from change where organization_id = ?::uuid", organization);
    }

    private Optional<KeyId> keyOf(String table, String field, String id) throws SQLException {
        return KeyId.of(database.column(
                        byte[].class, "select " + field + "_ciphertext from " + table + " where id = ?::uuid", id)
                .getFirst());
    }

    private byte[] ciphertext(String id) throws SQLException {
        return database.column(byte[].class, "select value_ciphertext from secret where id = ?::uuid", id)
                .getFirst();
    }

    private String decrypted(String id) throws SQLException {
        return cipher.decrypt(ciphertext(id), context(id));
    }

    private EncryptionContext context(String id) {
        return new EncryptionContext(UUID.fromString(organization), "secret", UUID.fromString(id), "value");
    }

    private String secretProvider(Map<String, String> credential) {
        Map<String, String> config = new HashMap<>(credential);
        config.put("address", "https://vault.example");
        return asAdmin()
                .body(Api.secretProviderBody(config))
                .post("/organizations/{org}/secret-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private String create(String method, Map<String, ?> credentials) {
        return asAdmin()
                .body(Api.providerBody(method, credentials))
                .post("/organizations/{org}/llm-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }
}
