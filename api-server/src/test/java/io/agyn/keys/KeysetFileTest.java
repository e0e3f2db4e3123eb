package io.agyn.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.operator.OperatorException;
import io.agyn.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysetFileTest {
    private static final String PASSPHRASE = "correct horse battery staple";
    private static final String OTHER_PASSPHRASE = "incorrect horse battery";
    private static final byte[] VALUE = "sk-value".getBytes(UTF_8);
    // Far below the default, which takes half a second for each lock: see PassphraseLockTest.
    private static final int ITERATIONS = 1_000;

    @TempDir
    private Path folder;

    @Test
    void lockedFileOpensOnlyWithItsPassphrase() throws IOException {
        Path path = folder.resolve("keyset.json");
        KeysetFile file = new KeysetFile(path, Optional.of(lock(PASSPHRASE)));
        file.create();

        String content = Files.readString(path);
        byte[] fingerprint = file.read().fingerprint(VALUE);

        assertThat(content)
                .contains("\"locked_by\" : \"passphrase\"")
                .doesNotContain("encryption", "keyData", PASSPHRASE);
        assertThat(mode(path)).isEqualTo("rw-------");
        assertThat(file.read().fingerprint(VALUE)).isEqualTo(fingerprint);
        assertThatThrownBy(() -> new KeysetFile(path, Optional.of(lock(OTHER_PASSPHRASE))).read())
                .isInstanceOf(OperatorException.class)
                .hasMessage(
                        "The passphrase does not open the keyset file %s: set the passphrase that it was locked with,"
                                + " or restore the file if it was altered.",
                        path)
                .hasNoCause();
        assertThatThrownBy(() -> new KeysetFile(path, Optional.empty()).read())
                .isInstanceOf(OperatorException.class)
                .hasMessage(
                        "The keyset file %s is locked by a passphrase: set AGYN_KEYSET_PASSPHRASE_FILE to the file that"
                                + " holds it, or AGYN_KEYSET_PASSPHRASE.",
                        path);
        assertThat(path).hasContent(content);
    }

    @Test
    void unlockedFileThatOthersCanReadIsRejected() throws IOException {
        Path path = folder.resolve("keyset.json");
        KeysetFile file = new KeysetFile(path, Optional.empty());
        file.create();
        for (String mode : List.of("rw----r--", "rw--w----", "rw-r--r--")) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
            assertThatThrownBy(file::read)
                    .isInstanceOf(OperatorException.class)
                    .hasMessage(
                            "The keyset file %s is open to other users of this machine (mode %s): run \"chmod 600"
                                    + " %s\", or lock it with a passphrase.",
                            path, mode, path);
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--r-----"));
        assertThat(file.read().keys()).hasSize(1);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        file.relock(Optional.of(lock(PASSPHRASE)));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(new KeysetFile(path, Optional.of(lock(PASSPHRASE))).read().keys())
                .hasSize(1);
    }

    @Test
    void alteredLockDoesNotOpen() throws IOException {
        Path path = folder.resolve("keyset.json");
        KeysetFile file = new KeysetFile(path, Optional.of(lock(PASSPHRASE)));
        file.create();
        String content = Files.readString(path);

        for (String altered : new String[] {
            content.replace(" " + ITERATIONS, " " + (ITERATIONS + 1)),
            content.replace(" " + ITERATIONS, " 1"),
            content.replace(" " + ITERATIONS, " 2000000000"),
            content.replaceAll("\"ciphertext\" : \"....", "\"ciphertext\" : \"AAAA"),
            content.replaceAll("\"nonce\" : \"[^\"]*", "\"nonce\" : \"%"),
            content.replaceAll("\"salt\" : \"[^\"]*", "\"salt\" : \""),
        }) {
            assertThat(altered).isNotEqualTo(content);
            Files.writeString(path, altered);
            assertThatThrownBy(file::read)
                    .isInstanceOf(OperatorException.class)
                    .hasMessageStartingWith("The passphrase does not open the keyset file " + path);
        }
    }

    @Test
    void unlockedFileIsRejectedIfAPassphraseIsSet() {
        Path path = folder.resolve("keyset.json");
        Keyset.create(path);

        assertThatThrownBy(() -> new KeysetFile(path, Optional.of(lock(PASSPHRASE))).read())
                .isInstanceOf(OperatorException.class)
                .hasMessageStartingWith(
                        "The keyset file " + path + " is not locked, and a passphrase is set: lock the file")
                .hasMessageNotContaining(PASSPHRASE);
    }

    @Test
    void lockIsAddedChangedAndRemoved() {
        Path path = folder.resolve("keyset.json");
        Keyset.create(path);
        byte[] fingerprint = Keyset.load(path).fingerprint(VALUE);
        Optional<PassphraseLock> first = Optional.of(lock(PASSPHRASE));
        Optional<PassphraseLock> second = Optional.of(lock(OTHER_PASSPHRASE));

        new KeysetFile(path, first).relock(first);
        assertThat(new KeysetFile(path, first).read().fingerprint(VALUE)).isEqualTo(fingerprint);

        new KeysetFile(path, first).relock(second);
        assertThatThrownBy(() -> new KeysetFile(path, first).read()).isInstanceOf(OperatorException.class);
        assertThat(new KeysetFile(path, second).read().fingerprint(VALUE)).isEqualTo(fingerprint);

        new KeysetFile(path, second).relock(Optional.empty());
        assertThat(Keyset.load(path).fingerprint(VALUE)).isEqualTo(fingerprint);
    }

    @Test
    void changeKeepsLockModeAndLinkTarget() throws IOException {
        Path real = folder.resolve("real.json");
        Path link = folder.resolve("link.json");
        KeysetFile file = new KeysetFile(link, Optional.of(lock(PASSPHRASE)));
        file.at(real).create();
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
        Files.createSymbolicLink(link, real);
        KeyId old = file.read().primary();

        Keyset changed = file.change(Keyset::withNewKey);

        assertThat(changed.keys()).hasSize(2).startsWith(old);
        assertThat(file.read().keys()).isEqualTo(changed.keys());
        assertThat(link).isSymbolicLink();
        assertThat(mode(real)).isEqualTo("rw-r-----");
        assertThat(Files.readString(real)).contains("locked_by");
        try (var files = Files.list(folder)) {
            assertThat(files).containsOnly(real, link, folder.resolve(PASSPHRASE.hashCode() + ".txt"));
        }
    }

    @Test
    void failedChangeLeavesTheFileUnchanged() throws IOException {
        Path path = folder.resolve("keyset.json");
        Keyset.create(path);
        String content = Files.readString(path);

        assertThatThrownBy(() -> new KeysetFile(path, Optional.empty()).change(keyset -> {
                    throw new OperatorException("no");
                }))
                .hasMessage("no");

        assertThat(path).hasContent(content);
    }

    @Test
    void backupIsIdenticalAndNeverOverwritten() throws IOException {
        Path path = folder.resolve("keyset.json");
        Path copy = folder.resolve("copy.json");
        Keyset.create(path);
        KeysetFile file = new KeysetFile(path, Optional.empty());

        Keyset keyset = file.backUp(copy);

        assertThat(copy).hasSameBinaryContentAs(path);
        assertThat(mode(copy)).isEqualTo("rw-------");
        assertThat(keyset.keys()).isEqualTo(file.read().keys());
        assertThatThrownBy(() -> file.backUp(copy))
                .isInstanceOf(OperatorException.class)
                .hasMessage("The file %s already exists and is never overwritten: name another file.", copy);
    }

    @Test
    void passphraseErrorDoesNotRepeatThePassphrase() throws IOException {
        Path path = folder.resolve("keyset.json");
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> new KeysetFile(path, Optional.of(PassphraseLock.inFile(missing))).create())
                .isInstanceOf(OperatorException.class)
                .hasMessageStartingWith("The passphrase cannot be read from " + missing);
        Path brief = Files.writeString(folder.resolve("brief"), "hunter2\n");
        assertThatThrownBy(() -> new KeysetFile(path, Optional.of(PassphraseLock.inFile(brief))).create())
                .isInstanceOf(OperatorException.class)
                .hasMessage("The passphrase in %s has fewer than 12 characters: use a longer one.", brief);
        assertThatThrownBy(() -> SettingsReader.read(Map.of("agyn.keyset-passphrase", "hunter2")))
                .isInstanceOf(OperatorException.class)
                .hasMessage("AGYN_KEYSET_PASSPHRASE has fewer than 12 characters: set the passphrase that the keyset is"
                        + " locked with, or remove it to use none.");
        assertThatThrownBy(() -> KeysetFile.of(SettingsReader.read(
                        Map.of("agyn.keyset-passphrase", PASSPHRASE, "agyn.keyset-passphrase-file", "/x"))))
                .isInstanceOf(OperatorException.class)
                .hasMessage("AGYN_KEYSET_PASSPHRASE and AGYN_KEYSET_PASSPHRASE_FILE are both set: remove one of them.");
        assertThat(path).doesNotExist();
    }

    private PassphraseLock lock(String passphrase) {
        try {
            return PassphraseLock.inFile(
                    Files.writeString(folder.resolve(passphrase.hashCode() + ".txt"), passphrase + "\n"), ITERATIONS);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
