package io.agyn.scripted;

import static java.util.Objects.requireNonNull;

/** A script is invalid; the message names the directive. */
public final class ScriptException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    ScriptException(String directive, String reason) {
        super("Script directive '%s': %s".formatted(directive, reason));
    }

    @Override
    public String getMessage() {
        return requireNonNull(super.getMessage(), "message is null");
    }
}
