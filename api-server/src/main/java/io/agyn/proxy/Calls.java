package io.agyn.proxy;

import static java.util.Objects.requireNonNull;

import io.agyn.proxy.routing.Callers;
import io.agyn.proxy.routing.Routes;
import io.agyn.settings.Settings;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallRecords;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;

/** What all calls of models have in common. */
@Singleton
class Calls {
    private final Callers callers;
    private final Routes routes;
    private final Upstreams upstreams;
    private final CallRecords records;
    private final Settings.Proxy settings;
    private final long bodyLimit;

    Calls(Callers callers, Routes routes, Upstreams upstreams, CallRecords records, Settings settings) {
        this.callers = requireNonNull(callers, "callers is null");
        this.routes = requireNonNull(routes, "routes is null");
        this.upstreams = requireNonNull(upstreams, "upstreams is null");
        this.records = requireNonNull(records, "records is null");
        this.settings = settings.proxy();
        this.bodyLimit = settings.proxy().bodyLimit().asLongValue();
    }

    /** Begins a call, on the event loop that its request came by. */
    void begin(Operation operation, HttpServerRequest request) {
        Context context = Vertx.currentContext();
        new Call(this, upstreams.loop(), context, operation, request).start();
    }

    Callers callers() {
        return callers;
    }

    Routes routes() {
        return routes;
    }

    Upstreams upstreams() {
        return upstreams;
    }

    Settings.Proxy settings() {
        return settings;
    }

    /** The most bytes that a body may have. */
    long bodyLimit() {
        return bodyLimit;
    }

    /** Takes note of a call that is over. */
    void over(CallRecord record) {
        records.add(record);
    }
}
