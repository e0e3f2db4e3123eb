package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import io.agyn.audit.Event.Outcome;
import io.agyn.audit.Event.Source;
import io.agyn.ids.Uuid7;
import jakarta.inject.Singleton;
import java.util.List;

/** Anonymous denied callers. The server writes only some of them; this writes each. */
@Singleton
public final class Strangers {
    private final AuditLog log;

    Strangers(AuditLog log) {
        this.log = requireNonNull(log, "log is null");
    }

    /** Writes a denial of an operation for an address. */
    public void denied(String operation, String address) {
        Source source = new Source(null, null, null, address, null, Uuid7.next().toString());
        log.addAlone(Event.now(null, operation, Outcome.DENIED, "unauthenticated", null, List.of(), source));
    }
}
