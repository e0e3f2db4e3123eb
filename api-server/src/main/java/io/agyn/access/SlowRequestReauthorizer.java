package io.agyn.access;

import static java.util.Objects.requireNonNull;

import io.agyn.pipeline.Stage;
import jakarta.annotation.Priority;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.IOException;
import java.time.Duration;

/** Re-authorizes a request whose body arrived slowly, because permissions may have been revoked meanwhile. */
@Provider
@Priority(Stage.Priority.REAUTHORIZATION)
public class SlowRequestReauthorizer implements ReaderInterceptor {
    /** How soon a revocation takes effect. */
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final Caller caller;

    SlowRequestReauthorizer(Caller caller) {
        this.caller = requireNonNull(caller, "caller is null");
    }

    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        long start = System.nanoTime();
        Object body = context.proceed();
        if (System.nanoTime() - start >= SLOW.toNanos()) {
            caller.reauthorize();
        }
        return body;
    }
}
