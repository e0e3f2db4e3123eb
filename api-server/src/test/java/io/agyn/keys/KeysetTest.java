package io.agyn.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.settings.StartException;
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
    private static final byte[] PLACE = "place".getBytes(UTF_8);

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
                .isInstanceOf(StartException.class)
                .hasMessage("The file %s is there already and is never overwritten: name another file.", file);

        assertThat(file).hasContent(before);
    }

    @Test
    void decryptsWhatItHasEncryptedBeforeARestart() throws GeneralSecurityException {
        byte[] ciphertext = Keyset.load(file).aead().encrypt(VALUE, PLACE);

        assertThat(Keyset.load(file).aead().decrypt(ciphertext, PLACE)).isEqualTo(VALUE);
    }

    @Test
    void fingerprintsTellValuesAndKeysetsApart() {
        Path another = folder.resolve("another.json");
        Keyset.create(another);

        byte[] fingerprint = Keyset.load(file).fingerprint(VALUE);

        assertThat(fingerprint).hasSize(Keyset.FINGERPRINT_BYTES);
        assertThat(Keyset.load(file).fingerprint(VALUE)).isEqualTo(fingerprint);
        assertThat(Keyset.load(file).fingerprint(PLACE)).isNotEqualTo(fingerprint);
        assertThat(Keyset.load(another).fingerprint(VALUE)).isNotEqualTo(fingerprint);
    }

    @Test
    void showsNoKey() throws IOException {
        List<String> keys = Files.readString(file)
                .lines()
                .filter(line -> line.contains("\"value\""))
                .map(line -> line.split("\"")[3])
                .toList();

        assertThat(keys).hasSize(2);
        assertThat(Keyset.load(file).toString()).doesNotContain(keys);
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
    void refusesAFileThatIsNoKeyset(String content) throws IOException {
        Files.writeString(file, content);

        assertThatThrownBy(() -> Keyset.load(file))
                .isInstanceOf(StartException.class)
                .hasMessage(
                        "The file %s is not a keyset that this server can read: put back the one that"
                                + " \"keyset create\" has made.",
                        file)
                .hasNoCause();
    }

    @Test
    void saysWhereAMissingFileWasLookedFor() {
        Path missing = folder.resolve("missing.json");

        assertThatThrownBy(() -> Keyset.load(missing))
                .isInstanceOf(StartException.class)
                .hasMessage(
                        "There is no keyset file %s: put it back, or set AGYN_KEYSET_FILE to where it is.", missing);
    }

    @Test
    void saysWhichFolderIsMissing() {
        Path nowhere = folder.resolve("no/keyset.json");

        assertThatThrownBy(() -> Keyset.create(nowhere))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("The keyset cannot be written to " + nowhere);
    }
}
