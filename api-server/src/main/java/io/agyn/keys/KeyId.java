package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Names a key of a keyset. Each ciphertext begins with the id of its key, so that the keys that are needed can be told
 * without any of them.
 *
 * @param value the id, an unsigned number
 */
public record KeyId(int value) {
    // How Tink begins what a key with an id has encrypted: a one, and the id.
    static final int PREFIX_BYTES = 1 + Integer.BYTES;

    private static final byte TINK = 1;

    /**
     * Reads an id as {@link #toString} writes it.
     *
     * @param text what may be an id
     * @return the id; nothing where the text is none
     */
    public static Optional<KeyId> parse(String text) {
        requireNonNull(text, "text is null");
        try {
            return Optional.of(new KeyId(Integer.parseUnsignedInt(text)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * Reads the id of the key that something is encrypted with.
     *
     * @param ciphertext the ciphertext, or its first bytes
     * @return the id; nothing where it does not begin as a ciphertext does
     */
    static Optional<KeyId> of(byte[] ciphertext) {
        return ciphertext.length >= PREFIX_BYTES && ciphertext[0] == TINK
                ? Optional.of(
                        new KeyId(ByteBuffer.wrap(ciphertext, 1, Integer.BYTES).getInt()))
                : Optional.empty();
    }

    /** Reads an id from a column that holds its {@link #number}; nothing for null. */
    public static Optional<KeyId> read(ResultSet row, int column) throws SQLException {
        long number = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(new KeyId((int) number));
    }

    /** The id as it is stored in the database. */
    public long number() {
        return Integer.toUnsignedLong(value);
    }

    /** How each ciphertext of this key begins. */
    byte[] prefix() {
        return ByteBuffer.allocate(PREFIX_BYTES).put(TINK).putInt(value).array();
    }

    @Override
    public String toString() {
        return Integer.toUnsignedString(value);
    }
}
