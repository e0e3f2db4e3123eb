package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.budget.ByteBudget;
import io.agyn.logging.Exceptions;
import io.agyn.proxy.body.Reference;
import io.agyn.proxy.body.RequestField;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.Operation.RouteSource;
import io.agyn.proxy.dialect.OperationPath;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.HttpExchange;
import io.agyn.proxy.exchange.LookupFailures;
import io.agyn.proxy.exchange.PassedQuery;
import io.agyn.proxy.exchange.RequestBody;
import io.agyn.proxy.exchange.RequestHead;
import io.agyn.proxy.exchange.RoutingErrors;
import io.agyn.proxy.forwarding.CallState.Unlimited;
import io.agyn.proxy.observability.Tracing;
import io.agyn.proxy.routing.FallbackReason;
import io.agyn.proxy.routing.Fallbacks;
import io.agyn.proxy.routing.RemoteCredential;
import io.agyn.proxy.routing.Target;
import io.agyn.usage.CallRecord;
import io.agyn.usage.Outcome;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A call of a model from its arrival to its usage record: authenticate, read as far as {@code model}, route, then an {@link
 * Attempt} at the provider, then finish. It belongs to one event loop and never blocks it.
 */
public final class Call implements RequestBody.Listener, TimedList.Entry {
    private static final Logger LOG = Logger.getLogger(Call.class);

    private final ProxyContext proxy;
    private final LoopState loop;
    private final Context context;
    private final OperationPath path;
    private final Operation operation;
    private final Dialect dialect;
    private final Exchange exchange;

    private final CallRecorder recorder;
    private final Tracing.Trace trace;

    private CallState state = Unlimited.LOOKING_UP;
    private long lastProgress;
    private int index;

    // Null until it is known.
    private @Nullable RequestBody body;
    private @Nullable CalledModel model;
    private @Nullable Attempt attempt;
    // Null for a model without fallbacks.
    private @Nullable Failover failover;
    private final Authentication authentication;
    private final CallRouting routing;
    private final CallObjects objects;
    private final CallPermits permits;
    private final CallAdmission admission;

    private Call(ProxyContext proxy, OperationPath path, Exchange exchange, @Nullable Identity identity) {
        this.proxy = proxy;
        this.loop = proxy.shared().upstreams().loop();
        this.context = requireNonNull(Vertx.currentContext(), "not on an event loop");
        this.path = path;
        this.operation = path.operation();
        this.dialect = Dialect.of(operation.protocol());
        this.exchange = exchange;
        this.recorder = new CallRecorder(operation, exchange);
        this.lastProgress = recorder.started();
        this.authentication = new Authentication(this, proxy, loop, exchange, identity);
        this.routing = new CallRouting(this, proxy, exchange);
        this.objects = new CallObjects(this, proxy);
        this.permits = new CallPermits(proxy);
        this.admission = new CallAdmission(this, proxy, exchange);
        this.trace = proxy.trace(operation, exchange.headers());
    }

    /** Starts a call by HTTP, on the event loop of its connection. */
    public static void begin(ProxyContext proxy, OperationPath path, HttpServerRequest request) {
        begin(new Call(proxy, path, new HttpExchange(request), null));
    }

    /** Starts a call by this server itself with the rights of an identity, on the current event loop. */
    public static void begin(ProxyContext proxy, Operation operation, Exchange exchange, Identity identity) {
        begin(new Call(proxy, OperationPath.of(operation), exchange, identity));
    }

    /** Starts the call of a message of a WebSocket. */
    static void begin(ProxyContext proxy, WebSocketExchange message) {
        begin(new Call(proxy, OperationPath.of(Operation.CREATE_RESPONSE), message, null));
    }

    /** Starts the call of a response that a provider started by itself after another one. */
    static WebSocketAttempt beginSuccessor(
            ProxyContext proxy, WebSocketExchange message, Identity identity, Target target) {
        Call call = new Call(proxy, OperationPath.of(Operation.CREATE_RESPONSE), message, identity);
        call.loop.calls().add(call);
        message.onDisconnect(call::onCallerDisconnect);
        call.model = CalledModel.at(target);
        WebSocketAttempt attempt = new WebSocketAttempt(
                call, proxy, message, ReadingModel.newBody(proxy, message, call.operation, call), target, "");
        call.attempt = attempt;
        return attempt;
    }

    private static void begin(Call call) {
        call.loop.calls().add(call);
        call.guard(call::admit);
    }

    // Authenticate

    private void admit() {
        exchange.onDisconnect(this::onCallerDisconnect);
        Optional<ProxyError> invalid =
                RequestHead.error(exchange, proxy.shared().limits().body());
        if (invalid.isPresent()) {
            reject(invalid.get());
        } else if (proxy.shared().loops().isLoop(exchange.headers())) {
            reject(RequestHead.LOOP);
        } else {
            authentication.authenticate(this::read);
        }
    }

    // Read

    private void read() {
        RequestBody reading = ReadingModel.newBody(proxy, exchange, operation, this);
        body = reading;
        enter(new ReadingModel(this, proxy, loop, reading));
        if (RequestHead.expectsContinue(exchange.headers())) {
            exchange.writeContinue();
        }
        reading.read();
    }

    @Override
    public ByteBudget.Lease lease() {
        return proxy.lease(exchange, identity());
    }

    @Override
    public void onRejected(ProxyError error) {
        reject(error);
    }

    // Route

    @Override
    public void onRoutable(@Nullable String name) {
        if (exchange instanceof WebSocketExchange message && !isResponse(message, name)) {
            return;
        }
        enter(Unlimited.LOOKING_UP);
        if (operation.routeSource() == RouteSource.OBJECT) {
            guard(() -> authentication.renew(objects::route));
        } else {
            guard(() -> authentication.renew(() -> routing.find(requireNonNull(body, "body is null"), name)));
        }
    }

    /** Returns whether a message of a WebSocket starts a response now; otherwise handles it. */
    private boolean isResponse(WebSocketExchange message, @Nullable String name) {
        if (name == null && message.isControl()) {
            guard(() -> ControlMessage.pass(this, proxy, routing, message, requireNonNull(body, "body is null")));
            return false;
        }
        ProxyError refusal = message.session().refusal();
        if (refusal != null) {
            reject(refusal);
            return false;
        }
        message.accept();
        return true;
    }

    /** Calls a target if all references of the body so far are valid there. */
    void use(Target target) {
        use(target, null);
    }

    /** Calls one of the targets of a model. */
    void use(Target own, @Nullable Fallbacks fallbacks) {
        if (!allows(own)) {
            reject(CalledModel.at(own), RoutingErrors.modelNotAllowed(own.modelName()));
            return;
        }
        RequestBody reading = requireNonNull(body, "body is null");
        failover = Failover.of(proxy, operation, exchange, identity(), own, fallbacks);
        if (failover == null) {
            model = CalledModel.at(own);
        } else {
            model = CalledModel.at(failover.first());
            reading.keepCopy(proxy.shared().limits().replay());
        }
        Supplier<Target> chosen = () -> requireNonNull(target(), "target is null");
        routing.settle(reading, chosen, () -> takePermits(chosen.get()));
    }

    /** Moves the call, before it starts, to the target at the LLM provider that has a stored object of it. */
    boolean pin(UUID providerId) {
        Target pinned = failover == null || attempt != null ? null : failover.pin(providerId);
        if (pinned != null) {
            model = CalledModel.at(pinned);
        }
        return pinned != null;
    }

    /** Whether the model of a target is one of those of the caller's credential. */
    boolean allows(Target target) {
        return identity().credential().rights().includes(target.modelId());
    }

    /** Notes that a batch names several models of the target's LLM provider. */
    void useSeveralModels(Target target) {
        model = CalledModel.several(target);
    }

    @Override
    public void onReference(Reference reference) {
        RequestBody reading = requireNonNull(body, "body is null");
        guard(() -> routing.resolve(reading, reference, requireNonNull(target(), "target is null"), reading::proceed));
    }

    // Call the provider

    /** Calls the provider unless too many calls are in progress; calls that wait for a remote secret count too. */
    private void takePermits(Target target) {
        ProxyError tooMany = permits.take(identity().credential().id(), target.organizationId());
        if (tooMany != null) {
            reject(tooMany);
            return;
        }
        admission.admit(target, () -> start(target));
    }

    private void start(Target target) {
        RemoteCredential credential = target.remoteCredential();
        if (credential == null) {
            call(target);
        } else {
            callWith(credential, target);
        }
    }

    /** Calls with the current value of a remote secret, which is usually in memory. */
    private void callWith(RemoteCredential credential, Target target) {
        when(
                proxy.value(credential.reference()),
                value -> authentication.renew(() -> call(target.with(credential, value))),
                failure -> RoutingErrors.credentialUnavailable(credential.reference(), failure));
    }

    private void call(Target target) {
        RequestBody reading = requireNonNull(body, "body is null");
        Attempt first = exchange instanceof WebSocketExchange message
                ? new WebSocketAttempt(this, proxy, message, reading, target, uri(target))
                : new HttpAttempt(this, proxy, context, exchange, reading, target, uri(target));
        attempt = first;
        first.start();
    }

    /** Goes to the next target after a failure; without another one, ends the call with an error of the proxy. */
    void failOver(FallbackReason reason, @Nullable Duration retryAfter, ProxyError error, Outcome outcome) {
        if (!failOver(reason, retryAfter, () -> {})) {
            fail(error, outcome);
        }
    }

    /**
     * Goes to the next target after a failure.
     *
     * @param retryAfter the time that the failed target asks for; null if unknown
     * @param beforeClose runs before the failed attempt is closed
     * @return false if there is no other target, or the caller has a part of the response
     */
    boolean failOver(FallbackReason reason, @Nullable Duration retryAfter, Runnable beforeClose) {
        Attempt failed = attempt;
        if (failover == null || failed == null || isFinished() || exchange.isHeadWritten()) {
            return false;
        }
        RequestBody sent = requireNonNull(body, "body is null");
        Target next = failover.next(reason, retryAfter, sent);
        if (next == null) {
            return false;
        }
        beforeClose.run();
        failed.close();
        attempt = null;
        sent.detach();
        recorder.onRetry();
        model = CalledModel.at(next);
        enter(Unlimited.LOOKING_UP);
        guard(() -> start(next));
        return true;
    }

    private String uri(Target target) {
        String whole = target.endpoint().path() + path.path();
        String query = PassedQuery.of(exchange.query());
        return query.isEmpty() ? whole : whole + "?" + query;
    }

    /**
     * Notes that some of the response has arrived.
     *
     * @param isProgress false after the last event of a stream, when only the end of the response is missing
     */
    void onResponseBytes(boolean isProgress) {
        recorder.onResponseBytes();
        if (isProgress) {
            onProgress();
        }
    }

    /** Starts the time of the state again. */
    void onProgress() {
        lastProgress = loop.now();
    }

    // Time

    /** Enters a state, which starts its time. */
    void enter(CallState next) {
        state = next;
        lastProgress = loop.now();
    }

    /** Ends the state if there was no progress for too long. */
    @Override
    public void checkTime() {
        if (body != null && body.takeProgress()) {
            lastProgress = loop.now();
        }
        long silence = loop.now() - lastProgress;
        CallState checked = state;
        checked.onTick(silence);
        if (state == checked && silence > checked.limit().toNanos()) {
            checked.onLimit();
        }
    }

    // Finish

    /** Ends the call, since the server stops and the time to finish calls is over. */
    @Override
    public void stop() {
        boolean responds = attempt != null && attempt.hasResponse();
        fail(ProxyError.STOPPING, responds ? Outcome.UPSTREAM_TRUNCATED : Outcome.REFUSED);
    }

    void reject(ProxyError error) {
        fail(error, Outcome.REFUSED);
    }

    /** Rejects a call of a model that cannot be called; null if the model is unknown. */
    void reject(@Nullable CalledModel found, ProxyError error) {
        model = found;
        reject(error);
    }

    /** Ends the call with an error of the proxy, as far as the response that has been sent allows. */
    void fail(ProxyError error, Outcome outcome) {
        if (isFinished()) {
            return;
        }
        proxy.onError(error);
        if (!exchange.isHeadWritten()) {
            exchange.responseHeaders().clear();
            if (failover != null && attempt != null) {
                failover.describe(exchange.responseHeaders());
            }
            exchange.setStatus(error.status());
            finish(outcome);
            exchange.reject(dialect, error, requestId());
        } else {
            requireNonNull(attempt, "a response without an attempt").interrupt(error, outcome);
        }
    }

    /** Disconnects a caller that neither sends nor receives, without an error response. */
    void abandon() {
        onCallerDisconnect();
        exchange.abort(Http2Error.INTERNAL_ERROR.code());
    }

    private void onCallerDisconnect() {
        if (!isFinished() && !exchange.isEnded()) {
            // Codex closes the connection at the last event.
            finish(attempt != null && attempt.hasLastEvent() ? attempt.outcome() : Outcome.CLIENT_CANCELLED);
        }
    }

    /** Releases everything but the connection to the caller, and records the call. */
    void finish(Outcome outcome) {
        if (isFinished()) {
            return;
        }
        release();
        CallRecord record = recorder.record(authentication.caller(), model, attempt, objects.usage(attempt), outcome);
        admission.settle(record, attempt != null, recorder.pending());
        trace.end(record);
        proxy.onCallEnd(operation, record);
    }

    /** Ends the call without a record. */
    void release() {
        enter(Unlimited.FINISHED);
        loop.calls().remove(this);
        if (body != null) {
            body.stop();
        }
        if (attempt != null) {
            attempt.close();
        }
        if (failover != null) {
            failover.close();
        }
        permits.release();
        exchange.onCallEnd();
    }

    boolean isFinished() {
        return state == Unlimited.FINISHED;
    }

    // Mechanics

    /** Runs a step; an unexpected exception ends the call, which would wait for ever otherwise. */
    void guard(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.errorf(Exceptions.withoutMessages(e), "Call %s failed", requestId());
            reject(ProxyError.of(Kind.INTERNAL, "Internal error; see the server log."));
        }
    }

    /** Runs an action on the event loop if the call has finished by then. */
    void whenFinished(Runnable action) {
        context.runOnContext(back -> {
            if (isFinished()) {
                action.run();
            }
        });
    }

    /** Continues with the result of a lookup: at once if it is in memory, otherwise back on the event loop. */
    <T> void when(CompletableFuture<T> future, Consumer<T> next) {
        when(future, next, failure -> LookupFailures.error(failure, requestId()));
    }

    private <T> void when(CompletableFuture<T> future, Consumer<T> next, Function<Throwable, ProxyError> errors) {
        if (future.isDone() && !future.isCompletedExceptionally()) {
            next.accept(future.join());
            return;
        }
        future.whenComplete((value, failure) -> context.runOnContext(back -> {
            if (isFinished()) {
                return;
            }
            if (failure == null) {
                guard(() -> next.accept(value));
            } else {
                reject(errors.apply(failure));
            }
        }));
    }

    /** The targets of the call; null for a model without fallbacks. */
    @Nullable
    Failover failover() {
        return failover;
    }

    CallObjects objects() {
        return objects;
    }

    CallRecorder recorder() {
        return recorder;
    }

    Authentication authentication() {
        return authentication;
    }

    Identity identity() {
        return authentication.identity();
    }

    /** The organization that the caller has selected by the header. */
    Optional<String> organization() {
        return Optional.ofNullable(exchange.headers().get(RequestHead.ORGANIZATION));
    }

    /** The target of the call; null before it is known. */
    @Nullable
    Target target() {
        return model == null ? null : model.target();
    }

    /** The id of the model; null before it is known, and for several models. */
    @Nullable
    UUID modelId() {
        return model == null ? null : model.id();
    }

    int responseStatus() {
        return exchange.status();
    }

    /** A field of the request as far as it was read; null if it is missing. */
    @Nullable
    String field(RequestField field) {
        return body == null ? null : body.value(field);
    }

    OperationPath path() {
        return path;
    }

    Dialect dialect() {
        return dialect;
    }

    String requestId() {
        return recorder.requestId();
    }

    Tracing.Trace trace() {
        return trace;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public void setIndex(int index) {
        this.index = index;
    }
}
