package io.agyn.logging;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** Exceptions for the log. */
public final class Exceptions {
    private Exceptions() {}

    /**
     * An exception as it may be logged where its message could quote bytes of callers, providers or credentials: the
     * classes and stack traces of it, its causes and suppressed exceptions, without their messages.
     */
    public static Throwable withoutMessages(Throwable exception) {
        return copy(exception, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static Throwable copy(Throwable exception, Set<Throwable> seen) {
        if (exception instanceof VirtualMachineError) {
            // Quotes nothing, and OutOfMemoryExit must know it.
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

        private WithoutMessage(String type, Throwable cause) {
            super(null, cause, true, true);
            this.type = type;
        }

        @Override
        public String toString() {
            return type;
        }
    }
}
