package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.agyn.access.DenialLog;
import io.agyn.access.Throttle;
import io.agyn.access.UserAgent;
import io.agyn.audit.Event.Outcome;
import io.agyn.audit.Event.Source;
import io.agyn.problems.ProblemKind;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes denials to the audit log. Identical denials by one caller are written once a minute, at most
 * {@value #MAX_PER_CALLER} a minute per user and for all anonymous callers together, so that nobody can flood the
 * log.
 */
@ApplicationScoped
class DeniedAccess implements DenialLog {
    /** The most denials per minute of one user, and of all anonymous callers together. */
    static final int MAX_PER_CALLER = 100;

    private static final Logger LOG = Logger.getLogger(DeniedAccess.class);
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MAX_ENTRIES = 10_000;
    private static final String ANONYMOUS = "nobody";

    /** Deduplication key. Anonymous callers are keyed without the resource id, which they could invent. */
    private record Denial(
            String caller,
            String operation,
            ProblemKind problem,
            @Nullable UUID resourceId) {
        static Denial of(Event event, ProblemKind problem) {
            UUID user = event.source().userId();
            return user == null
                    ? new Denial(
                            Throttle.network(requireNonNull(event.source().address(), "a denial without address")),
                            event.operation(),
                            problem,
                            null)
                    : new Denial(
                            user.toString(),
                            event.operation(),
                            problem,
                            problem.status() == ProblemKind.FORBIDDEN.status() ? event.resourceId() : null);
        }
    }

    private final AuditLog auditLog;
    private final AuditedRequest request;
    private final Cache<Denial, Boolean> recent = Caffeine.newBuilder()
            .expireAfterWrite(WINDOW)
            .maximumSize(MAX_ENTRIES)
            .build();
    private final Cache<String, AtomicInteger> written = Caffeine.newBuilder()
            .expireAfterWrite(WINDOW)
            .maximumSize(MAX_ENTRIES)
            .build();

    DeniedAccess(AuditLog auditLog, AuditedRequest request) {
        this.auditLog = requireNonNull(auditLog, "log is null");
        this.request = requireNonNull(request, "request is null");
    }

    @Override
    public void log(String operation, ProblemKind problem) {
        write(request.denied(operation, problem), problem);
    }

    @Override
    public void log(String operation, ProblemKind problem, Sender sender) {
        write(
                Event.now(
                        null,
                        operation,
                        Outcome.DENIED,
                        problem.code(),
                        null,
                        List.of(),
                        new Source(
                                null,
                                null,
                                null,
                                sender.address(),
                                UserAgent.printable(sender.userAgent()),
                                sender.requestId())),
                problem);
    }

    private void write(Event event, ProblemKind problem) {
        Denial denial = Denial.of(event, problem);
        String caller = event.source().userId() == null ? ANONYMOUS : denial.caller;
        if (recent.asMap().putIfAbsent(denial, true) != null
                || written.get(caller, ignored -> new AtomicInteger()).incrementAndGet() > MAX_PER_CALLER) {
            return;
        }
        try {
            auditLog.addAlone(event);
        } catch (RuntimeException e) {
            // The caller is denied anyway. Without a stack trace: while the database is unavailable, each denial
            // fails.
            recent.invalidate(denial);
            Throwable reason = e.getCause() == null ? e : e.getCause();
            LOG.warnf("The denied %s is missing from the audit log: %s", event.operation(), reason.getMessage());
        }
    }
}
