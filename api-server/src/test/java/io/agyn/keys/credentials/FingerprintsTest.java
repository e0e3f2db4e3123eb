package io.agyn.keys.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.keys.KeyId;
import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class FingerprintsTest {
    private static final CredentialColumn COLUMN =
            new CredentialColumn("llm_provider", "token", "tokens").withFingerprint("fingerprint", "token:");
    private static final byte[] CREDENTIAL = "sk-value".getBytes(UTF_8);

    private final UUID organization = UUID.randomUUID();
    private final UUID row = UUID.randomUUID();
    private final byte[] context = COLUMN.context(organization, row).bytes();
    private final Keyset before = Keyset.random();
    private final KeyId old = before.primary(KeyPurpose.FINGERPRINT);
    private final Keyset rotated = rotate(before);

    @Test
    void fingerprintBelongsToKeyCredentialAndRow() {
        String fingerprint = Fingerprints.compute(old, before, CREDENTIAL, context);

        assertThat(fingerprint)
                .matches("[0-9a-f]{32}")
                .isEqualTo(Fingerprints.compute(old, rotated, CREDENTIAL, context))
                .isNotEqualTo(Fingerprints.compute(newest(), rotated, CREDENTIAL, context))
                .isNotEqualTo(Fingerprints.compute(old, before, "other".getBytes(UTF_8), context))
                .isNotEqualTo(Fingerprints.compute(
                        old,
                        before,
                        CREDENTIAL,
                        COLUMN.context(organization, UUID.randomUUID()).bytes()));
    }

    @Test
    void bytesCannotMoveFromTheContextToTheCredential() {
        assertThat(Fingerprints.compute(old, before, "bc".getBytes(UTF_8), "a".getBytes(UTF_8)))
                .isNotEqualTo(Fingerprints.compute(old, before, "c".getBytes(UTF_8), "ab".getBytes(UTF_8)));
    }

    @Test
    void fingerprintIsFoundUnderEarlierKeys() {
        String earlier = Fingerprints.compute(old, rotated, CREDENTIAL, context);
        String current = Fingerprints.compute(newest(), rotated, CREDENTIAL, context);

        assertThat(Fingerprints.keyOf(earlier, rotated, CREDENTIAL, context)).contains(old);
        assertThat(Fingerprints.keyOf(current, rotated, CREDENTIAL, context)).contains(newest());
        assertThat(Fingerprints.keyOf("00", rotated, CREDENTIAL, context)).isEmpty();
    }

    @Test
    void rowGetsItsFingerprintUnderThePrimaryKey() {
        byte[] prefixed = "token:sk-value".getBytes(UTF_8);
        String earlier = Fingerprints.compute(old, rotated, prefixed, context);
        CredentialRow stored = row(COLUMN, Optional.of(earlier));

        assertThat(stored.fingerprintKey(CREDENTIAL, rotated)).contains(old);
        assertThat(stored.fingerprintKey("other".getBytes(UTF_8), rotated)).isEmpty();
        assertThat(stored.newFingerprint(CREDENTIAL, rotated))
                .contains(Fingerprints.compute(newest(), rotated, prefixed, context));
    }

    @Test
    void columnWithoutFingerprintStoresNull() {
        CredentialColumn plain = new CredentialColumn("secret", "value", "secret values");
        CredentialRow stored = row(plain, Optional.empty());

        assertThat(plain.column()).isEqualTo("value_ciphertext");
        assertThat(plain.fingerprintColumn()).isEmpty();
        assertThat(plain.fingerprinted(CREDENTIAL)).isEqualTo(CREDENTIAL);
        assertThat(stored.fingerprintKey(CREDENTIAL, before)).isEmpty();
        assertThat(stored.newFingerprint(CREDENTIAL, before)).isEmpty();
        assertThat(COLUMN.fingerprintColumn()).contains("fingerprint");
    }

    @Test
    void rowIsNamedWithoutItsCredential() {
        assertThat(row(COLUMN, Optional.empty())).hasToString("the token of llm_provider " + row);
        assertThat(new String(context, UTF_8)).isEqualTo(organization + "/llm_provider/" + row + "/token");
    }

    private CredentialRow row(CredentialColumn column, Optional<String> fingerprint) {
        return new CredentialRow(column, row, organization, new byte[0], fingerprint);
    }

    private KeyId newest() {
        return rotated.primary(KeyPurpose.FINGERPRINT);
    }

    private static Keyset rotate(Keyset keyset) {
        Keyset added = keyset.withNewKey(KeyPurpose.FINGERPRINT);
        return added.withPrimary(added.keys(KeyPurpose.FINGERPRINT).getLast());
    }
}
