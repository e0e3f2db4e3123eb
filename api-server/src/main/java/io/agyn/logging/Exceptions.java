package io.agyn.logging;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Prepares exceptions for logging. */
public final class Exceptions {
    private Exceptions() {}

    /**
     * Returns a copy of an exception whose messages could quote bytes of callers, providers or credentials: with the
     * class names and stack traces of the exception, its causes and suppressed exceptions, but without messages.
     */
    public static Throwable withoutMessages(Throwable exception) {
        return copy(exception, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static Throwable copy(Throwable exception, Set<Throwable> seen) {
        if (exception instanceof VirtualMachineError) {
            // Quotes nothing, and OutOfMemoryExit must see it.
            return exception;
        }
        seen.add(exception);
        Throwable cause = exception.getCause();
        Throwable copy = new WithoutMessage(
                exception.getClass().getName(), cause == null || seen.contains(cause) ? null : copy(cause, seen));
        copy.setStackTrace(exception.getStackTrace());
        for (Throwable suppressed : exception.getSuppressed()) {
            if (!seen.contains(suppressed)) {
                copy.addSuppressed(copy(suppressed, seen));
            }
        }
        return copy;
    }

    private static final class WithoutMessage extends Exception {
        private static final long serialVersionUID = 1L;

        private final String type;

        private WithoutMessage(String type, @Nullable Throwable cause) {
            super(null, cause, true, true);
            this.type = type;
        }

        @Override
        public String toString() {
            return type;
        }
    }
}
