package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.audit.Event.Outcome;
import io.agyn.audit.Event.Source;
import io.agyn.ids.Uuid7;
import jakarta.inject.Singleton;
import java.util.List;

/** Callers who are not known: of all who are denied something, the server itself writes only some. */
@Singleton
public final class Strangers {
    private final AuditLog log;

    Strangers(AuditLog log) {
        this.log = requireNonNull(log, "log is null");
    }

    /** Writes that one at an address was denied an operation. */
    public void denied(String operation, String address) {
        Source source = new Source(null, null, null, address, null, Uuid7.next().toString());
        log.addAlone(Event.now(null, operation, Outcome.DENIED, "unauthenticated", null, List.of(), source));
    }
}
