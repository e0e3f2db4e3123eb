package io.agyn.proxy.stored;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class StoredIdsTest {
    @Test
    void idsAreFoundAfterTheKeyHasChanged() {
        Keyset before = Keyset.random();
        byte[] stored = StoredIds.hash(before, "resp_1");
        Keyset added = before.withNewKey(KeyPurpose.FINGERPRINT);
        Keyset after = added.withPrimary(added.keys(KeyPurpose.FINGERPRINT).getLast());

        assertThat(StoredIds.hash(after, "resp_1")).isNotEqualTo(stored);
        assertThat(List.of(StoredIds.hashes(after, "resp_1")))
                .contains(stored)
                .contains(StoredIds.hash(after, "resp_1"));
    }

    @Test
    void hashesDependOnTheKeyAndTheId() {
        Keyset keyset = Keyset.random();
        assertThat(StoredIds.hash(keyset, "resp_1")).hasSize(16).isNotEqualTo(StoredIds.hash(keyset, "resp_2"));
        assertThat(StoredIds.hash(keyset, "resp_1")).isEqualTo(StoredIds.hash(keyset, "resp_1"));
    }
}
