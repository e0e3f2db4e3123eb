package io.agyn.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.sql.rowset.CachedRowSet;
import javax.sql.rowset.RowSetMetaDataImpl;
import javax.sql.rowset.RowSetProvider;
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

    @Test
    void columnHoldsAnIdOrNull() throws Exception {
        RowSetMetaDataImpl columns = new RowSetMetaDataImpl();
        columns.setColumnCount(1);
        columns.setColumnType(1, Types.BIGINT);
        try (CachedRowSet rows = RowSetProvider.newFactory().createCachedRowSet()) {
            rows.setMetaData(columns);
            rows.moveToInsertRow();
            rows.updateLong(1, LARGE.number());
            rows.insertRow();
            rows.updateNull(1);
            rows.insertRow();
            rows.moveToCurrentRow();
            rows.beforeFirst();

            List<Optional<KeyId>> ids = new ArrayList<>();
            while (rows.next()) {
                ids.add(KeyId.read(rows, 1));
            }
            assertThat(ids).containsExactlyInAnyOrder(Optional.of(LARGE), Optional.empty());
        }
    }

    @Test
    void purposeIsNamedAsInTheFile() {
        for (KeyPurpose purpose : KeyPurpose.values()) {
            assertThat(KeyPurpose.parse(purpose.toString())).contains(purpose);
        }
        assertThat(KeyPurpose.parse("audit")).contains(KeyPurpose.AUDIT);
        assertThat(KeyPurpose.parse("AUDIT")).isEmpty();
        assertThat(KeyPurpose.parse("")).isEmpty();
    }
}
