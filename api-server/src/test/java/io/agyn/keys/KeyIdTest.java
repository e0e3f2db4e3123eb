package io.agyn.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class KeyIdTest {
    private static final KeyId LARGE = new KeyId(-1);

    @Test
    void idIsAnUnsignedNumber() {
        assertThat(LARGE).hasToString("4294967295");
        assertThat(LARGE.number()).isEqualTo(4_294_967_295L);
        assertThat(KeyId.parse("4294967295")).contains(LARGE);
        assertThat(KeyId.parse("4294967296")).isEmpty();
        assertThat(KeyId.parse("-1")).isEmpty();
        assertThat(KeyId.parse("")).isEmpty();
    }

    @Test
    void ciphertextStartsWithTheIdOfItsKey() throws Exception {
        Keyset keyset = Keyset.random();
        byte[] ciphertext = keyset.aead().encrypt("sk-value".getBytes(UTF_8), new byte[0]);

        assertThat(KeyId.of(ciphertext)).contains(keyset.primary());
        assertThat(ciphertext).startsWith(keyset.primary().prefix());
        assertThat(KeyId.of(keyset.primary().prefix())).contains(keyset.primary());
    }

    @Test
    void otherBytesHaveNoKey() {
        assertThat(KeyId.of(new byte[0])).isEmpty();
        assertThat(KeyId.of(Arrays.copyOf(LARGE.prefix(), KeyId.PREFIX_BYTES - 1)))
                .isEmpty();
        assertThat(KeyId.of("plain text".getBytes(UTF_8))).isEmpty();
    }
}
