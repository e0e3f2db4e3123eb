package io.agyn.audit;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.agyn.access.DenialLog;
import io.agyn.access.Throttle;
import io.agyn.audit.Event.Outcome;
import io.agyn.audit.Event.Source;
import io.agyn.problems.ProblemKind;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Puts into the audit log what callers were denied. The same of the same caller is written once a minute, and no more than
 * {@value #MOST_OF_ONE} of one user, and of all who are none, so that nobody fills the log by knocking.
 */
@ApplicationScoped
class DeniedAccess implements DenialLog {
    /** How many are written in a minute of one user, and of all callers who are none. */
    static final int MOST_OF_ONE = 100;

    private static final Logger LOG = Logger.getLogger(DeniedAccess.class);
    private static final Duration QUIET = Duration.ofMinutes(1);
    private static final int MOST_REMEMBERED = 10_000;
    private static final String NOBODY = "nobody";

    /** What is the same as what: nobody is asked for by paths that they make up. */
    private record Knock(String caller, String operation, ProblemKind problem, UUID resourceId) {
        static Knock of(Event event, ProblemKind problem) {
            UUID user = event.source().userId();
            return user == null
                    ? new Knock(Throttle.network(event.source().address()), event.operation(), problem, null)
                    : new Knock(
                            user.toString(),
                            event.operation(),
                            problem,
                            problem == ProblemKind.FORBIDDEN ? event.resourceId() : null);
        }
    }

    private final AuditLog log;
    private final AuditedRequest request;
    private final Cache<Knock, Boolean> recent = Caffeine.newBuilder()
            .expireAfterWrite(QUIET)
            .maximumSize(MOST_REMEMBERED)
            .build();
    private final Cache<String, AtomicInteger> written = Caffeine.newBuilder()
            .expireAfterWrite(QUIET)
            .maximumSize(MOST_REMEMBERED)
            .build();

    DeniedAccess(AuditLog log, AuditedRequest request) {
        this.log = requireNonNull(log, "log is null");
        this.request = requireNonNull(request, "request is null");
    }

    @Override
    public void note(String operation, ProblemKind problem) {
        write(request.denied(operation, problem), problem);
    }

    @Override
    public void note(String operation, ProblemKind problem, Sender sender) {
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
                                AuditedRequest.userAgent(sender.userAgent()),
                                sender.requestId())),
                problem);
    }

    private void write(Event event, ProblemKind problem) {
        Knock knock = Knock.of(event, problem);
        String caller = event.source().userId() == null ? NOBODY : knock.caller;
        if (recent.asMap().putIfAbsent(knock, true) != null
                || written.get(caller, ignored -> new AtomicInteger()).incrementAndGet() > MOST_OF_ONE) {
            return;
        }
        try {
            log.addAlone(event);
        } catch (RuntimeException e) {
            // The caller is refused all the same. Without a trace: while the database is away there is one for each.
            recent.invalidate(knock);
            Throwable reason = e.getCause() == null ? e : e.getCause();
            LOG.warnf("That %s was denied is not in the audit log: %s", event.operation(), reason.getMessage());
        }
    }
}
