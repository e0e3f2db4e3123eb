package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.agyn.access.Refusals;
import io.agyn.problems.ProblemKind;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Puts into the audit log what callers were denied. The same of the same caller is written once a minute, so that nobody
 * fills the log by knocking.
 */
@ApplicationScoped
class DeniedAccess implements Refusals {
    private static final Logger LOG = Logger.getLogger(DeniedAccess.class);
    private static final Duration QUIET = Duration.ofMinutes(1);
    private static final int MOST_REMEMBERED = 10_000;

    private record Knock(
            UUID userId, String address, String operation, ProblemKind problem, UUID organizationId, UUID resourceId) {}

    private final AuditLog log;
    private final AuditedRequest request;
    private final Cache<Knock, Boolean> recent = Caffeine.newBuilder()
            .expireAfterWrite(QUIET)
            .maximumSize(MOST_REMEMBERED)
            .build();

    DeniedAccess(AuditLog log, AuditedRequest request) {
        this.log = requireNonNull(log, "log is null");
        this.request = requireNonNull(request, "request is null");
    }

    @Override
    public void note(String operation, ProblemKind problem) {
        Event event = request.denied(operation, problem);
        Knock knock = new Knock(
                event.source().userId(),
                event.source().address(),
                operation,
                problem,
                event.organizationId(),
                event.resourceId());
        if (recent.asMap().putIfAbsent(knock, true) == null) {
            try {
                log.addAlone(event);
            } catch (RuntimeException e) {
                // The caller is refused all the same.
                recent.invalidate(knock);
                LOG.errorf(e, "That %s was denied is not in the audit log", operation);
            }
        }
    }
}
