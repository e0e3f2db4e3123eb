package io.agyn.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveKeysetTest {
    private static final byte[] VALUE = "sk-value".getBytes(UTF_8);
    private static final byte[] CONTEXT = "context".getBytes(UTF_8);

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

    private void awaitKeys(Keyset wanted) {
        await("the keys of the file")
                .atMost(LiveKeyset.POLL.multipliedBy(5))
                .until(() -> keys.current().keys().equals(wanted.keys())
                        && keys.current().primary().equals(wanted.primary()));
    }
}
