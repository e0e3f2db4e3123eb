package io.agyn.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class CredentialCipherTest {
    private static final EncryptionContext CONTEXT =
            new EncryptionContext(UUID.randomUUID(), "secret", UUID.randomUUID(), "value");
    private static final EncryptionContext OTHER_ROW =
            new EncryptionContext(CONTEXT.organizationId(), "secret", UUID.randomUUID(), "value");

    @TempDir
    private Path folder;

    private KeysetFile file;
    private LiveKeyset keys;
    private CredentialCipher cipher;

    @BeforeEach
    void create() {
        file = new KeysetFile(folder.resolve("keyset.json"), Optional.empty());
        file.create();
        keys = new LiveKeyset(file);
        cipher = new CredentialCipher(keys);
    }

    @Test
    void credentialIsReadableInItsRowOnly() {
        byte[] ciphertext = cipher.encrypt("sk-välue", CONTEXT);

        assertThat(cipher.decrypt(ciphertext, CONTEXT)).isEqualTo("sk-välue");
        assertThat(new String(ciphertext, UTF_8)).doesNotContain("sk-");
        assertThatThrownBy(() -> cipher.decrypt(ciphertext, OTHER_ROW))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.kind()).isEqualTo(ProblemKind.CREDENTIAL_UNREADABLE));
    }

    @Test
    void rewrapUsesThePrimaryKey() {
        byte[] before = cipher.encrypt("sk-value", CONTEXT);
        rotate(KeyPurpose.ENCRYPTION);

        byte[] after = cipher.rewrap(before, CONTEXT);

        assertThat(KeyId.of(after)).contains(keys.current().primary()).isNotEqualTo(KeyId.of(before));
        assertThat(cipher.decrypt(after, CONTEXT)).isEqualTo("sk-value");
        assertThat(cipher.decrypt(before, CONTEXT)).isEqualTo("sk-value");
    }

    @Test
    void fingerprintStaysWhileTheCredentialStays() {
        String stored = cipher.fingerprint("sk-value", CONTEXT, null);
        rotate(KeyPurpose.FINGERPRINT);

        assertThat(cipher.fingerprint("sk-value", CONTEXT, stored)).isEqualTo(stored);
        assertThat(cipher.fingerprint("sk-value", CONTEXT, null)).isNotEqualTo(stored);
        assertThat(cipher.fingerprint("sk-other", CONTEXT, stored)).isNotEqualTo(stored);
        assertThat(cipher.fingerprint("sk-value", OTHER_ROW, null)).isNotEqualTo(stored);
    }

    private void rotate(KeyPurpose purpose) {
        file.change(keyset -> {
            Keyset added = keyset.withNewKey(purpose);
            return added.withPrimary(added.keys(purpose).getLast());
        });
        keys.reload();
    }
}
