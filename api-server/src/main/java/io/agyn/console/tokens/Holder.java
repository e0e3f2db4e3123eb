package io.agyn.console.tokens;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The user whose API tokens a page shows.
 *
 * @param id null for the signed-in user
 * @param name null for the signed-in user
 */
public record Holder(@Nullable UUID id, @Nullable String name) {
    static final Holder MYSELF = new Holder(null, null);

    public boolean isOther() {
        return id != null;
    }

    /** The query that keeps the user in links. */
    public String query() {
        return isOther() ? "?user=" + id : "";
    }
}
