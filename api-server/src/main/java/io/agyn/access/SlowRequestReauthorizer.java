package io.agyn.access;

import static java.util.Objects.requireNonNull;

import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.IOException;
import java.time.Duration;

/** Admits a request again whose body took its time: what its caller might do at its beginning they may do no more. */
@Provider
public class SlowRequestReauthorizer implements ReaderInterceptor {
    /** How soon what is revoked is in force. */
    private static final Duration LATE = Duration.ofSeconds(1);

    private final Caller caller;

    SlowRequestReauthorizer(Caller caller) {
        this.caller = requireNonNull(caller, "caller is null");
    }

    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        long start = System.nanoTime();
        Object body = context.proceed();
        if (System.nanoTime() - start >= LATE.toNanos()) {
            caller.admitAgain();
        }
        return body;
    }
}
