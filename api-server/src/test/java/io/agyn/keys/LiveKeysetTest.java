package io.agyn.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.testing.LogLines;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveKeysetTest {
    private static final byte[] VALUE = "sk-value".getBytes(UTF_8);
    private static final byte[] CONTEXT = "context".getBytes(UTF_8);
    private static final int ITERATIONS = 1_000;

    @TempDir
    private Path folder;

    private KeysetFile file;
    private LiveKeyset keys;

    @BeforeEach
    void create() {
        Path path = folder.resolve("keyset.json");
        Keyset.create(path);
        file = new KeysetFile(path, Optional.empty());
        keys = new LiveKeyset(file);
    }

    @Test
    void followsItsFileWithoutARestart() throws Exception {
        keys.start(new StartupEvent(), new SimpleMeterRegistry());
        try {
            Keyset added = file.change(Keyset::withNewKey);
            // As in a copy with the original times.
            Files.setLastModifiedTime(file.path(), FileTime.fromMillis(0));

            awaitKeys(added);
            KeyId fresh = added.keys().getLast();
            awaitKeys(file.change(keyset -> keyset.withPrimary(fresh)));

            assertThat(keys.current().primary()).isEqualTo(fresh);
        } finally {
            keys.stop(new ShutdownEvent());
        }
    }

    @Test
    void rereadsTheFileForAnUnknownKey() throws GeneralSecurityException {
        Keyset added = file.change(Keyset::withNewKey);
        Keyset promoted = added.withPrimary(added.keys().getLast());
        byte[] ciphertext = promoted.aead().encrypt(VALUE, CONTEXT);

        assertThat(keys.current().keys()).hasSize(1);
        assertThat(keys.currentFor(ciphertext).aead().decrypt(ciphertext, CONTEXT))
                .isEqualTo(VALUE);
        assertThat(keys.current().keys()).isEqualTo(added.keys());
    }

    @Test
    void keepsItsKeysWhileTheFileHasOthers() throws IOException {
        Keyset before = keys.current();
        Path other = folder.resolve("other.json");
        Keyset.create(other);
        String right = Files.readString(file.path());
        Keyset added = before.withNewKey();
        // Derived from the same keyset, without the key that encrypted so far.
        Keyset without = added.withPrimary(added.keys().getLast()).without(before.primary());

        for (String wrong : new String[] {
            "",
            "{}",
            "not json",
            "{\"locked_by\":\"passphrase\"}",
            Files.readString(other),
            without.write().toString()
        }) {
            Files.writeString(file.path(), wrong);
            keys.reload();
            assertThat(keys.current()).as(wrong).isSameAs(before);
        }
        Files.delete(file.path());
        keys.reload();
        assertThat(keys.current()).isSameAs(before);

        Files.writeString(file.path(), right);
        Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-------"));
        file.change(Keyset::withNewKey);
        keys.reload();
        assertThat(keys.current().keys()).hasSize(2).startsWith(before.primary());
    }

    @Test
    void showsWhetherItsFileIsTaken() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        keys.start(new StartupEvent(), registry);
        try {
            byte[] right = Files.readAllBytes(file.path());
            assertThat(registry.get("agyn.keyset.rejected").gauge().value()).isZero();

            Files.writeString(file.path(), "not json");
            keys.reload();
            assertThat(registry.get("agyn.keyset.rejected").gauge().value()).isOne();

            Files.write(file.path(), right);
            keys.reload();
            assertThat(registry.get("agyn.keyset.rejected").gauge().value()).isZero();
        } finally {
            keys.stop(new ShutdownEvent());
        }
    }

    @Test
    void serverWithAnOldCopyUsesThePromotedKey() {
        file.change(Keyset::withNewKey);
        keys.reload();
        KeyId old = keys.current().primary();
        KeyId promoted = keys.current().keys().getLast();

        try (LogLines log = LogLines.watch()) {
            keys.promote(promoted);
            assertThat(keys.current().primary()).isEqualTo(promoted);
            assertThat(keys.current().keys()).containsExactly(old, promoted);
            keys.promote(promoted);
            keys.promote(new KeyId(promoted.value() + 1));
            assertThat(keys.current().primary()).isEqualTo(promoted);
            assertThat(logged(log, Level.WARNING))
                    .containsExactly("Key " + promoted + " is primary, but not in the keyset file " + file.path()
                            + ": replace the file with the current one");
        }
    }

    @Test
    void rejectedFileIsLoggedOnceWithTheReason() throws IOException {
        Keyset before = keys.current();
        byte[] right = Files.readAllBytes(file.path());
        Keyset other = Keyset.random();
        try (LogLines log = LogLines.watch()) {
            Files.writeString(file.path(), other.write().toString());
            keys.reload();
            keys.reload();
            Files.delete(file.path());
            keys.reload();
            keys.reload();
            Files.write(file.path(), right);
            Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-------"));
            keys.reload();
            keys.reload();

            String rejected =
                    "The changed keyset file " + file.path() + " is rejected, and " + before + " stay active: ";
            assertThat(logged(log, Level.SEVERE))
                    .containsExactly(
                            rejected + "It lacks the encryption key " + before.primary() + " and the fingerprint key "
                                    + before.primary(KeyPurpose.FINGERPRINT) + " and the audit key "
                                    + before.primary(KeyPurpose.AUDIT)
                                    + ", which this server uses: restore the file that the \"keyset\" commands wrote.",
                            rejected + "The keyset file " + file.path()
                                    + " does not exist: restore it, or set AGYN_KEYSET_FILE to its path.");
            assertThat(logged(log, Level.INFO))
                    .filteredOn(line -> line.startsWith("The keyset file has changed; active are encryption keys ["))
                    .hasSize(1);
        }
    }

    @Test
    void fileThatTheServerHasIsNotReadForEveryCiphertext() throws Exception {
        byte[] ciphertext = keys.current().aead().encrypt(VALUE, CONTEXT);
        Keyset added = file.change(Keyset::withNewKey);

        assertThat(keys.currentFor(ciphertext).keys()).hasSize(1);
        assertThat(keys.currentFor("plain text".getBytes(UTF_8)).keys()).hasSize(1);
        assertThat(keys.currentFor(added.keys().getLast().prefix()).keys()).isEqualTo(added.keys());
    }

    @Test
    void stoppedServerFollowsItsFileNoMore() throws Exception {
        keys.start(new StartupEvent(), new SimpleMeterRegistry());
        keys.stop(new ShutdownEvent());
        file.change(Keyset::withNewKey);
        Thread.sleep(LiveKeyset.POLL.plusMillis(200));
        assertThat(keys.current().keys()).hasSize(1);
    }

    @Test
    void fileIsTakenOnceItsPassphraseIsCorrected() throws Exception {
        Path passphrase = folder.resolve("passphrase");
        Files.writeString(passphrase, "correct horse battery staple");
        file.relock(Optional.of(PassphraseLock.inFile(passphrase, ITERATIONS)));
        LiveKeyset locked =
                new LiveKeyset(new KeysetFile(file.path(), Optional.of(PassphraseLock.inFile(passphrase, ITERATIONS))));
        locked.start(new StartupEvent(), new SimpleMeterRegistry());
        try {
            Keyset added = new KeysetFile(file.path(), Optional.of(PassphraseLock.inFile(passphrase, ITERATIONS)))
                    .change(Keyset::withNewKey);
            Files.writeString(passphrase, "incorrect horse battery");
            locked.reload();
            assertThat(locked.current().keys()).hasSize(1);

            Files.writeString(passphrase, "correct horse battery staple");
            await("the retry")
                    .atMost(LiveKeyset.POLL.multipliedBy(12))
                    .until(() -> locked.current().keys().equals(added.keys()));
        } finally {
            locked.stop(new ShutdownEvent());
        }
    }

    @Test
    void fileThatBecomesReadableButWrongIsLogged() throws IOException {
        try (LogLines log = LogLines.watch()) {
            Files.delete(file.path());
            keys.reload();
            Files.writeString(file.path(), "not json");
            keys.reload();
            keys.reload();
            assertThat(logged(log, Level.SEVERE)).hasSize(2).last().asString().contains("is not a keyset");
        }
    }

    private static List<String> logged(LogLines log, Level level) {
        return log.of(LiveKeyset.class.getName(), level).stream()
                .map(LogLines::text)
                .toList();
    }

    private void awaitKeys(Keyset wanted) {
        await("the keys of the file")
                .atMost(LiveKeyset.POLL.multipliedBy(5))
                .until(() -> keys.current().keys().equals(wanted.keys())
                        && keys.current().primary().equals(wanted.primary()));
    }
}
