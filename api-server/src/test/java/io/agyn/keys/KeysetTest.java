package io.agyn.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.operator.OperatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysetTest {

    private static final byte[] VALUE = "sk-value".getBytes(UTF_8);
    private static final byte[] CONTEXT = "context".getBytes(UTF_8);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void create() {
        file = folder.resolve("keyset.json");
        Keyset.create(file);
    }

    @Test
    void isAFileForItsOwnerAlone() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void isNeverOverwritten() throws IOException {
        String before = Files.readString(file);

        assertThatThrownBy(() -> Keyset.create(file))
                .isInstanceOf(OperatorException.class)
                .hasMessage("The file %s already exists and is never overwritten: name another file.", file);

        assertThat(file).hasContent(before);
    }

    @Test
    void decryptsDataFromBeforeARestart() throws GeneralSecurityException {
        byte[] ciphertext = Keyset.load(file).aead().encrypt(VALUE, CONTEXT);

        assertThat(Keyset.load(file).aead().decrypt(ciphertext, CONTEXT)).isEqualTo(VALUE);
    }

    @Test
    void fingerprintsTellValuesAndKeysetsApart() {
        Path another = folder.resolve("another.json");
        Keyset.create(another);

        byte[] fingerprint = Keyset.load(file).fingerprint(VALUE);

        assertThat(fingerprint).hasSize(Keyset.FINGERPRINT_BYTES);
        assertThat(Keyset.load(file).fingerprint(VALUE)).isEqualTo(fingerprint);
        assertThat(Keyset.load(file).fingerprint(CONTEXT)).isNotEqualTo(fingerprint);
        assertThat(Keyset.load(another).fingerprint(VALUE)).isNotEqualTo(fingerprint);
    }

    @Test
    void showsNoKey() throws IOException {
        List<String> keys = Files.readString(file)
                .lines()
                .filter(line -> line.contains("\"value\""))
                .map(line -> line.split("\"")[3])
                .toList();

        assertThat(keys).hasSize(3);
        assertThat(Keyset.load(file).toString()).doesNotContain(keys);
    }

    @Test
    void newKeyDecryptsAndEncryptsOnceItIsPrimary() throws GeneralSecurityException {
        Keyset before = Keyset.load(file);
        KeyId old = before.primary();

        Keyset added = before.withNewKey();
        KeyId fresh = added.keys().getLast();

        assertThat(added.keys()).containsExactly(old, fresh);
        assertThat(added.primary()).isEqualTo(old);
        assertThat(KeyId.of(added.aead().encrypt(VALUE, CONTEXT))).contains(old);

        Keyset promoted = added.withPrimary(fresh);
        byte[] ciphertext = promoted.aead().encrypt(VALUE, CONTEXT);

        assertThat(KeyId.of(ciphertext)).contains(fresh);
        assertThat(ciphertext).startsWith(fresh.prefix());
        assertThat(added.aead().decrypt(ciphertext, CONTEXT)).isEqualTo(VALUE);
        assertThatThrownBy(() -> before.aead().decrypt(ciphertext, CONTEXT))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void retiredKeyDoesNotDecrypt() throws GeneralSecurityException {
        Keyset before = Keyset.load(file);
        KeyId old = before.primary();
        byte[] ciphertext = before.aead().encrypt(VALUE, CONTEXT);
        Keyset added = before.withNewKey();
        Keyset promoted = added.withPrimary(added.keys().getLast());
        byte[] rewrapped = promoted.rewrap(ciphertext, CONTEXT);

        Keyset retired = promoted.without(old);

        assertThat(retired.contains(old)).isFalse();
        assertThat(retired.aead().decrypt(rewrapped, CONTEXT)).isEqualTo(VALUE);
        assertThatThrownBy(() -> retired.aead().decrypt(ciphertext, CONTEXT))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void rotationChangesNoFingerprint() {
        Keyset before = Keyset.load(file);
        Keyset added = before.withNewKey();
        Keyset rotated = added.withPrimary(added.keys().getLast()).without(before.primary());

        assertThat(rotated.fingerprint(VALUE)).isEqualTo(before.fingerprint(VALUE));
        assertThat(before.primariesMissingIn(rotated)).containsExactly(KeyPurpose.ENCRYPTION);
        assertThat(before.primariesMissingIn(added)).isEmpty();
        assertThat(before.primariesMissingIn(Keyset.random())).containsExactly(KeyPurpose.values());
    }

    @Test
    void eachPurposeHasItsOwnKeyAndRotation() {
        Keyset before = Keyset.load(file);
        KeyId fingerprint = before.primary(KeyPurpose.FINGERPRINT);
        KeyId audit = before.primary(KeyPurpose.AUDIT);
        assertThat(before.auditHash(audit, VALUE)).isNotEqualTo(before.fingerprint(VALUE));

        Keyset added = before.withNewKey(KeyPurpose.FINGERPRINT).withNewKey(KeyPurpose.AUDIT);
        Keyset rotated = added.withPrimary(added.keys(KeyPurpose.FINGERPRINT).getLast())
                .withPrimary(added.keys(KeyPurpose.AUDIT).getLast());

        assertThat(rotated.keys()).isEqualTo(before.keys());
        assertThat(rotated.fingerprint(VALUE)).isNotEqualTo(before.fingerprint(VALUE));
        assertThat(rotated.fingerprint(fingerprint, VALUE)).isEqualTo(before.fingerprint(VALUE));
        assertThat(rotated.auditHash(audit, VALUE)).isEqualTo(before.auditHash(audit, VALUE));
        assertThat(rotated.without(fingerprint).contains(fingerprint)).isFalse();
        assertThat(rotated.without(fingerprint).contains(audit)).isTrue();
    }

    @Test
    void fileOfAnEarlierReleaseUsesItsFingerprintKeyForTheAuditLog() throws Exception {
        ObjectNode json = Keyset.load(file).write();
        json.remove("audit");

        Keyset earlier = Keyset.parse(json);
        KeyId audit = earlier.primary(KeyPurpose.AUDIT);

        assertThat(earlier.auditHash(audit, VALUE)).isEqualTo(earlier.fingerprint(VALUE));
        assertThat(audit).isNotEqualTo(earlier.primary(KeyPurpose.FINGERPRINT));
        assertThat(Keyset.parse(json).primary(KeyPurpose.AUDIT)).isEqualTo(audit);
        // As written by the first command that changes the file.
        assertThat(Keyset.parse(earlier.withNewKey(KeyPurpose.AUDIT).write()).auditHash(audit, VALUE))
                .isEqualTo(earlier.fingerprint(VALUE));
    }

    @Test
    void keyIdsAreUnsignedNumbers() {
        assertThat(new KeyId(-1)).hasToString("4294967295");
        assertThat(KeyId.parse("4294967295")).contains(new KeyId(-1));
        for (String none : List.of("", "-1", "4294967296", "abc", "1 ")) {
            assertThat(KeyId.parse(none)).as(none).isEmpty();
        }
        assertThat(KeyId.of(new byte[] {0, 1, 2, 3, 4, 5})).isEmpty();
        assertThat(KeyId.of(new byte[] {1, 2, 3, 4})).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "[]",
                "{}",
                "null",
                "{\"encryption\":{},\"fingerprint\":{}}",
                "{\"encryption\":{\"primaryKeyId\":1,\"key\":[]},\"fingerprint\":{\"primaryKeyId\":1,\"key\":[]}}",
                "{\"encryption\":{\"primaryKeyId\":1,\"key\":[{\"keyId\":1,\"keyData\":{\"value\":\"sk-inside\"}}]}}"
            })
    void rejectsAFileThatIsNoKeyset(String content) throws IOException {
        Files.writeString(file, content);

        assertThatThrownBy(() -> Keyset.load(file))
                .isInstanceOf(OperatorException.class)
                .hasMessage(
                        "The file %s is not a keyset that this server can read: restore the one that"
                                + " \"keyset create\" wrote.",
                        file)
                .hasNoCause();
    }

    @Test
    void saysWhereAMissingFileWasLookedFor() {
        Path missing = folder.resolve("missing.json");

        assertThatThrownBy(() -> Keyset.load(missing))
                .isInstanceOf(OperatorException.class)
                .hasMessage(
                        "The keyset file %s does not exist: restore it, or set AGYN_KEYSET_FILE to its path.", missing);
    }

    @Test
    void saysWhichFolderIsMissing() {
        Path nowhere = folder.resolve("no/keyset.json");

        assertThatThrownBy(() -> Keyset.create(nowhere))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("The keyset cannot be written to " + nowhere);
    }
}
