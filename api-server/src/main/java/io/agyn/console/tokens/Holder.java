package io.agyn.console.tokens;

import java.util.UUID;

/**
 * Whose API tokens are shown.
 *
 * @param id the user, whom a cluster admin has chosen; null for who is signed in
 * @param name the user's name, or null
 */
public record Holder(UUID id, String name) {
    static final Holder MYSELF = new Holder(null, null);

    /** Whether it is somebody else than who is signed in. */
    public boolean isOther() {
        return id != null;
    }

    /** What keeps the choice in links. */
    public String query() {
        return isOther() ? "?user=" + id : "";
    }
}
