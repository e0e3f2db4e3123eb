package io.agyn.usage.query;

import org.jspecify.annotations.Nullable;

/** Reads enum values of stored records. */
final class StoredCodes {
    private StoredCodes() {}

    /** Returns the value with a code; null for null, and for the code of a later release, whose records are listed too. */
    static <E extends Enum<E>> @Nullable E known(E[] values, @Nullable String code) {
        for (E value : values) {
            if (value.toString().equals(code)) {
                return value;
            }
        }
        return null;
    }
}
