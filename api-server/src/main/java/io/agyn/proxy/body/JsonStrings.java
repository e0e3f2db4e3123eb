package io.agyn.proxy.body;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The escapes of JSON strings (RFC 8259, section 7). */
final class JsonStrings {
    // Eight bytes at a time, the first in the lowest byte of the number.
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private JsonStrings() {}

    /**
     * Decodes the text between the quotation marks.
     *
     * @return the text; null for an invalid escape, a control character without an escape, or half of a surrogate pair
     */
    static @Nullable String decode(String literal) {
        StringBuilder decoded = new StringBuilder(literal.length());
        int i = 0;
        while (i < literal.length()) {
            char c = literal.charAt(i++);
            if (c < ' ') {
                return null;
            }
            if (c != '\\') {
                decoded.append(c);
                continue;
            }
            if (i == literal.length()) {
                return null;
            }
            char escape = literal.charAt(i++);
            if (escape == 'u') {
                int unit = i + 4 <= literal.length() ? hexadecimal(literal, i) : -1;
                if (unit < 0) {
                    return null;
                }
                decoded.append((char) unit);
                i += 4;
            } else {
                int index = "\"\\/bfnrt".indexOf(escape);
                if (index < 0) {
                    return null;
                }
                decoded.append("\"\\/\b\f\n\r\t".charAt(index));
            }
        }
        return isWhole(decoded) ? decoded.toString() : null;
    }

    private static int hexadecimal(String text, int from) {
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0 || text.charAt(i) > 'f') {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static boolean isWhole(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                boolean isPair = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
                if (!isPair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /**
     * Finds the end of a run of plain characters in a string.
     *
     * @return the index of the first quotation mark or backslash; {@code to} without one
     */
    static int endOfRun(byte[] bytes, int from, int to) {
        int i = from;
        while (to - i >= Long.BYTES) {
            long eight = (long) EIGHT_BYTES.get(bytes, i);
            long found = zeroBytes(eight ^ '"' * ONES) | zeroBytes(eight ^ '\\' * ONES);
            if (found != 0) {
                return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
            i += Long.BYTES;
        }
        while (i < to && bytes[i] != '"' && bytes[i] != '\\') {
            i++;
        }
        return i;
    }

    /** The high bit of each byte that is zero; above the lowest of them, also of others. */
    private static long zeroBytes(long eight) {
        return eight - ONES & ~eight & HIGH_BITS;
    }
}
