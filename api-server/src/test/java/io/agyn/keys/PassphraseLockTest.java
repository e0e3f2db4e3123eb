package io.agyn.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.operator.OperatorException;
import io.agyn.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class PassphraseLockTest {
    private static final String PASSPHRASE = "correct horse battery staple";
    private static final byte[] KEYSET = "{\"encryption\":{}}".getBytes(UTF_8);
    private static final int ITERATIONS = 1_000;

    @TempDir
    private Path folder;

    @Test
    void passphraseInASettingAndInAFileIsTheSame() throws Exception {
        ObjectNode locked = PassphraseLock.inFile(passphraseFile(PASSPHRASE)).close(KEYSET);
        PassphraseLock setting = PassphraseLock.of(SettingsReader.read(Map.of("agyn.keyset-passphrase", PASSPHRASE)))
                .orElseThrow();

        assertThat(locked.get("iterations").intValue()).isEqualTo(600_000);
        assertThat(setting.open(locked)).isEqualTo(KEYSET);
        assertThat(setting.toString()).doesNotContain(PASSPHRASE);
    }

    @Test
    void lockIsFoundInTheSettings() throws IOException {
        assertThat(PassphraseLock.of(SettingsReader.read(Map.of()))).isEmpty();
        assertThat(PassphraseLock.of(SettingsReader.read(Map.of(
                        "agyn.keyset-passphrase-file",
                        passphraseFile(PASSPHRASE).toString()))))
                .get()
                .extracting(PassphraseLock::kind)
                .isEqualTo("passphrase");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n", "\n\n"})
    void trailingLineBreakIsNotPartOfThePassphrase(String end) throws Exception {
        ObjectNode locked = lock(PASSPHRASE).close(KEYSET);
        assertThat(lock(PASSPHRASE + end).open(locked)).isEqualTo(KEYSET);
        assertThatThrownBy(() -> lock(PASSPHRASE + " " + end).open(locked))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void passphraseHasAtLeastTwelveCharacters() throws Exception {
        assertThat(lock("twelve chars\n").close(KEYSET)).isNotEmpty();
        PassphraseLock brief = lock("eleven char\n\n\n");
        assertThatThrownBy(() -> brief.close(KEYSET))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("fewer than 12 characters");
        PassphraseLock blank = lock("\n".repeat(12));
        assertThatThrownBy(() -> blank.close(KEYSET)).isInstanceOf(OperatorException.class);
    }

    @Test
    void passphraseThatIsNotTextIsRejected() throws IOException {
        Path file = Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xFF, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
        assertThatThrownBy(() -> PassphraseLock.inFile(file, ITERATIONS).close(KEYSET))
                .isInstanceOf(OperatorException.class)
                .hasMessage("The passphrase in %s is not UTF-8 text: replace it.", file);
    }

    @Test
    void equalKeysetsAreLockedDifferently() throws IOException {
        ObjectNode one = lock(PASSPHRASE).close(KEYSET);
        ObjectNode other = lock(PASSPHRASE).close(KEYSET);
        for (String field : new String[] {"salt", "nonce", "ciphertext"}) {
            assertThat(one.get(field)).as(field).isNotEqualTo(other.get(field));
        }
        assertThat(Base64.getDecoder().decode(one.get("salt").textValue())).hasSize(16);
    }

    @Test
    void costOfAnotherReleaseIsTakenFromHalfToTwentyTimes() throws Exception {
        for (int iterations : new int[] {500, 20_000}) {
            assertThat(lock(PASSPHRASE).open(lockedWith(iterations))).isEqualTo(KEYSET);
        }
        for (int iterations : new int[] {499, 20_001}) {
            ObjectNode locked = lockedWith(iterations);
            assertThatThrownBy(() -> lock(PASSPHRASE).open(locked))
                    .isInstanceOf(GeneralSecurityException.class)
                    .hasMessage("too few or too many iterations");
        }
    }

    private ObjectNode lockedWith(int iterations) throws IOException {
        return PassphraseLock.inFile(passphraseFile(PASSPHRASE), iterations).close(KEYSET);
    }

    private PassphraseLock lock(String content) throws IOException {
        return PassphraseLock.inFile(passphraseFile(content), ITERATIONS);
    }

    private Path passphraseFile(String content) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "passphrase", ""), content);
    }
}
