package io.agyn.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.operator.OperatorException;
import io.agyn.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The keyset's JSON, with locks other than a passphrase. */
@Timeout(20)
class KeysetFormatTest {
    private static final byte[] VALUE = "sk-value".getBytes(UTF_8);

    @TempDir
    private Path folder;

    @Test
    void auditKeyOfAnEarlierReleaseHasTheSameIdEverywhere() throws Exception {
        ObjectNode json = Keyset.random().write();
        json.remove("audit");
        Keyset earlier = Keyset.parse(json);

        assertThat(earlier.primary(KeyPurpose.AUDIT).value())
                .isEqualTo(earlier.primary(KeyPurpose.FINGERPRINT).value() ^ 0x61756469);
    }

    @Test
    void keyDisabledInTheFileIsNotAnnounced() throws Exception {
        Keyset added = Keyset.random().withNewKey();
        KeyId disabled = added.keys().getLast();
        ObjectNode json = added.write();
        for (JsonNode key : json.get("encryption").get("key")) {
            if (key.get("keyId").asText().equals(disabled.toString())) {
                ((ObjectNode) key).put("status", "DISABLED");
            }
        }
        Keyset read = Keyset.parse(json);
        assertThat(read.keys()).containsExactly(added.primary());
        assertThat(read.contains(disabled)).isFalse();
    }

    @Test
    void laterKeyIsTheOneThatWasAddedLast() {
        Keyset keyset = Keyset.random().withNewKey();
        KeyId old = keyset.keys().getFirst();
        KeyId fresh = keyset.keys().getLast();
        assertThat(keyset.later(KeyPurpose.ENCRYPTION, old, fresh)).isEqualTo(fresh);
        assertThat(keyset.later(KeyPurpose.ENCRYPTION, fresh, old)).isEqualTo(fresh);
        assertThat(keyset.later(KeyPurpose.ENCRYPTION, new KeyId(fresh.value()), fresh))
                .isSameAs(fresh);
    }

    @Test
    void keysetIsShownByItsKeyIds() {
        Keyset keyset = Keyset.random().withNewKey();
        assertThat(keyset.toString())
                .startsWith("encryption keys [" + keyset.keys().getFirst() + ", "
                        + keyset.keys().getLast() + "] (primary " + keyset.primary() + "), fingerprint keys [");
    }

    @Test
    void keyThatIsNotInTheKeysetCannotBeUsed() {
        Keyset keyset = Keyset.random();
        KeyId other = new KeyId(keyset.primary().value() + 1);
        assertThat(keyset.purposeOf(other)).isEmpty();
        assertThatThrownBy(() -> keyset.withPrimary(other)).hasMessage("the keyset holds no key " + other);
        assertThatThrownBy(() -> keyset.without(other)).hasMessage("the keyset holds no key " + other);
        assertThatThrownBy(() -> keyset.fingerprint(other, VALUE)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void plainKeysOfALockedFileAreErasedFromMemory() {
        KeptLock lock = new KeptLock("vault");
        KeysetFile file = new KeysetFile(folder.resolve("keyset.json"), Optional.of(lock));
        file.create();
        assertThat(file.read().keys()).hasSize(1);
        assertThat(lock.plain).hasSize(2).allSatisfy(bytes -> assertThat(bytes).containsOnly(0));
    }

    @Test
    void fileOfAnotherLockIsNotOpened() {
        Path path = folder.resolve("keyset.json");
        new KeysetFile(path, Optional.of(new KeptLock("vault"))).create();
        KeptLock other = new KeptLock("passphrase");
        assertThatThrownBy(() -> new KeysetFile(path, Optional.of(other)).read())
                .isInstanceOf(OperatorException.class)
                .hasMessageStartingWith("The keyset file " + path + " is locked");
        assertThat(other.plain).isEmpty();
    }

    @Test
    void fileIsConfiguredOrInTheDataFolder() {
        Path path = folder.resolve("keys.json");
        assertThat(KeysetFile.of(SettingsReader.read(Map.of("agyn.keyset-file", path.toString())))
                        .path())
                .isEqualTo(path);
        assertThat(KeysetFile.of(SettingsReader.read(Map.of("agyn.data-dir", folder.toString())))
                        .path())
                .isEqualTo(folder.resolve("keyset.json"));
    }

    @Test
    void fileEndsInALineBreakAndExistsOnceCreated() throws IOException {
        KeysetFile file = new KeysetFile(folder.resolve("keyset.json"), Optional.empty());
        assertThat(file.exists()).isFalse();
        file.create();
        assertThat(file.exists()).isTrue();
        assertThat(Files.readString(file.path())).startsWith("{").endsWith("}\n");
        assertThat(file.at(folder.resolve("other")).path()).isEqualTo(folder.resolve("other"));
    }

    @Test
    void missingFileCannotBeChanged() {
        Path path = folder.resolve("missing.json");
        assertThatThrownBy(() -> new KeysetFile(path, Optional.empty()).change(Keyset::withNewKey))
                .isInstanceOf(OperatorException.class)
                .hasMessage(
                        "The keyset file %s does not exist: restore it, or set AGYN_KEYSET_FILE to its path.", path);
    }

    /** A lock that hides nothing, and keeps the plain keysets that it was given or has returned. */
    private static final class KeptLock implements KeysetLock {
        private final String kind;
        private final List<byte[]> plain = new ArrayList<>();

        private KeptLock(String kind) {
            this.kind = kind;
        }

        @Override
        public String kind() {
            return kind;
        }

        @Override
        public ObjectNode close(byte[] keyset) {
            plain.add(keyset);
            return JsonNodeFactory.instance.objectNode().put("content", new String(keyset, UTF_8));
        }

        @Override
        public byte[] open(JsonNode locked) {
            byte[] keyset = locked.get("content").textValue().getBytes(UTF_8);
            plain.add(keyset);
            return keyset;
        }
    }
}
