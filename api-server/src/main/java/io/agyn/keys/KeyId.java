package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The id of a key. Each ciphertext starts with the id of its key, so that the required keys are known without any of
 * them.
 *
 * @param value the id, an unsigned number
 */
public record KeyId(int value) {
    // Tink's prefix of a ciphertext: the byte 1, and the key's id.
    public static final int PREFIX_BYTES = 1 + Integer.BYTES;

    private static final byte TINK = 1;

    /** Parses an id in the format of {@link #toString}; empty if the text is not an id. */
    public static Optional<KeyId> parse(String text) {
        requireNonNull(text, "text is null");
        try {
            return Optional.of(new KeyId(Integer.parseUnsignedInt(text)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * Reads the id of the key that encrypted a ciphertext.
     *
     * @param ciphertext the ciphertext, or its first bytes
     * @return the id; empty if it does not start like a ciphertext
     */
    public static Optional<KeyId> of(byte[] ciphertext) {
        return ciphertext.length >= PREFIX_BYTES && ciphertext[0] == TINK
                ? Optional.of(
                        new KeyId(ByteBuffer.wrap(ciphertext, 1, Integer.BYTES).getInt()))
                : Optional.empty();
    }

    /** Reads an id from a column with its {@link #number}; empty for null. */
    public static Optional<KeyId> read(ResultSet row, int column) throws SQLException {
        long number = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(new KeyId((int) number));
    }

    /** The id as stored in the database. */
    public long number() {
        return Integer.toUnsignedLong(value);
    }

    /** The prefix of each ciphertext of this key. */
    public byte[] prefix() {
        return ByteBuffer.allocate(PREFIX_BYTES).put(TINK).putInt(value).array();
    }

    @Override
    public String toString() {
        return Integer.toUnsignedString(value);
    }
}
