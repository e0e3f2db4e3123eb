package io.agyn.proxy.body;

import org.jspecify.annotations.Nullable;

/** A body that decides nothing, and is passed on unread. */
public final class PassedBody implements RequestScanner {
    @Override
    public void read(byte[] bytes, int from, int to) {
        // Any content passes.
    }

    @Override
    public void end() {
        // Any length passes.
    }

    @Override
    public boolean isRoutable() {
        return true;
    }

    @Override
    public @Nullable String model() {
        return null;
    }

    @Override
    public boolean hasReference() {
        return false;
    }

    @Override
    public @Nullable Reference takeReference() {
        return null;
    }

    @Override
    public @Nullable Edit takeEdit() {
        return null;
    }

    @Override
    public boolean isSettled() {
        return true;
    }

    @Override
    public long heldFrom() {
        return Long.MAX_VALUE;
    }

    @Override
    public @Nullable String value(RequestField field) {
        return null;
    }
}
