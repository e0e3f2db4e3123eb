package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.budget.ByteBudget;
import io.agyn.logging.Exceptions;
import io.agyn.proxy.body.BatchModels;
import io.agyn.proxy.body.PassedBody;
import io.agyn.proxy.body.Reference;
import io.agyn.proxy.body.RequestField;
import io.agyn.proxy.body.RequestFields;
import io.agyn.proxy.body.RequestScanner;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.Operation.RouteSource;
import io.agyn.proxy.dialect.OperationPath;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.exchange.CallerToken;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.HttpExchange;
import io.agyn.proxy.exchange.LookupFailures;
import io.agyn.proxy.exchange.PassedQuery;
import io.agyn.proxy.exchange.RequestBody;
import io.agyn.proxy.exchange.RequestHead;
import io.agyn.proxy.exchange.RoutingErrors;
import io.agyn.proxy.forwarding.CallState.Unlimited;
import io.agyn.proxy.observability.Tracing;
import io.agyn.proxy.routing.ModelSelector;
import io.agyn.proxy.routing.RemoteCredential;
import io.agyn.proxy.routing.Route;
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
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A call of a model from its arrival to its usage record: authenticate, read as far as {@code model}, route, then an {@link
 * Attempt} at the provider, then finish. It belongs to one event loop and never blocks it.
 */
public final class Call implements RequestBody.Listener, TimedList.Entry {
    private static final Logger LOG = Logger.getLogger(Call.class);
    // Deeper than any model call needs; each level takes one bit of memory.
    static final int MAX_DEPTH = 1000;

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
    private @Nullable Caller caller;
    private @Nullable RequestBody body;
    private @Nullable CalledModel model;
    private @Nullable Attempt attempt;
    private boolean hasPermits;
    private final CallObjects objects;

    /**
     * The caller, as authenticated.
     *
     * @param token null for a call of this server itself
     * @param lookedUpAt the time of the event loop's tick
     */
    private record Caller(Identity identity, @Nullable String token, long lookedUpAt) {}

    private Call(ProxyContext proxy, OperationPath path, Exchange exchange, @Nullable Caller caller) {
        this.proxy = proxy;
        this.loop = proxy.shared().upstreams().loop();
        this.context = requireNonNull(Vertx.currentContext(), "not on an event loop");
        this.path = path;
        this.operation = path.operation();
        this.dialect = Dialect.of(operation.protocol());
        this.exchange = exchange;
        this.caller = caller;
        this.recorder = new CallRecorder(operation, exchange);
        this.lastProgress = recorder.started();
        this.objects = new CallObjects(this, proxy);
        this.trace = proxy.trace(operation, exchange.headers());
    }

    /** Starts a call by HTTP, on the event loop of its connection. */
    public static void begin(ProxyContext proxy, OperationPath path, HttpServerRequest request) {
        begin(new Call(proxy, path, new HttpExchange(request), null));
    }

    /** Starts a call by this server itself with the rights of an identity, on the current event loop. */
    public static void begin(ProxyContext proxy, Operation operation, Exchange exchange, Identity identity) {
        begin(new Call(proxy, OperationPath.of(operation), exchange, new Caller(identity, null, 0)));
    }

    /** Starts the call of a message of a WebSocket. */
    static void begin(ProxyContext proxy, WebSocketExchange message) {
        begin(new Call(proxy, OperationPath.of(Operation.CREATE_RESPONSE), message, null));
    }

    /** Starts the call of a response that a provider started by itself after another one. */
    static WebSocketAttempt beginSuccessor(
            ProxyContext proxy, WebSocketExchange message, Identity identity, Target target) {
        Call call =
                new Call(proxy, OperationPath.of(Operation.CREATE_RESPONSE), message, new Caller(identity, null, 0));
        call.loop.calls().add(call);
        message.onDisconnect(call::onCallerDisconnect);
        call.model = CalledModel.at(target);
        WebSocketAttempt attempt = new WebSocketAttempt(call, proxy, message, call.newBody(), target, "");
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
        } else if (caller != null) {
            read();
        } else {
            switch (CallerToken.of(exchange.headers())) {
                case CallerToken.Given given -> identify(given.token(), this::read);
                case CallerToken.Rejected rejected -> reject(rejected.error());
            }
        }
    }

    private void identify(String token, Runnable next) {
        when(proxy.identify(token), found -> {
            if (found.isEmpty()) {
                reject(proxy.unknownToken(exchange, token, requestId()));
                return;
            }
            caller = new Caller(found.get(), token, loop.now());
            next.run();
        });
    }

    private Caller authenticated() {
        return requireNonNull(caller, "caller is null");
    }

    // Read

    private void read() {
        RequestBody reading = newBody();
        body = reading;
        enter(new ReadingModel(reading));
        if (RequestHead.expectsContinue(exchange.headers())) {
            exchange.writeContinue();
        }
        reading.read();
    }

    private RequestBody newBody() {
        return new RequestBody(
                exchange, exchange.bodyLength(), proxy.shared().limits().body(), scanner(), this);
    }

    private RequestScanner scanner() {
        if (exchange instanceof WebSocketExchange message) {
            return message.fields();
        }
        if (operation.routeSource() != RouteSource.BODY_MODEL) {
            return new PassedBody();
        }
        if (operation == Operation.CREATE_BATCH) {
            return new BatchModels(MAX_DEPTH);
        }
        return switch (operation.protocol()) {
            case RESPONSES -> RequestFields.ofResponses(MAX_DEPTH);
            case ANTHROPIC_MESSAGES -> RequestFields.ofMessages(MAX_DEPTH);
        };
    }

    /** Reads the request as far as the value of {@code model}. */
    final class ReadingModel implements CallState {
        private final RequestBody reading;

        private ReadingModel(RequestBody reading) {
            this.reading = reading;
        }

        @Override
        public void onTick(long silence) {
            reading.retryMemory();
            if (loop.now() - recorder.started()
                    > proxy.shared().limits().model().toNanos()) {
                reject(ProxyError.of(
                        Kind.REQUEST_TIMED_OUT,
                        "The call's \"model\" did not arrive within "
                                + proxy.shared().limits().model().toSeconds() + " s; send it before large fields."));
            }
        }

        @Override
        public Duration limit() {
            return reading.waitsForMemory()
                    ? proxy.shared().limits().queue()
                    : proxy.shared().limits().idle();
        }

        @Override
        public void onLimit() {
            if (reading.waitsForMemory()) {
                reject(ProxyError.of(
                        Kind.UNAVAILABLE,
                        "The memory for request bodies is full; try again soon, and send"
                                + " \"model\" before large fields."));
            } else {
                abandon();
            }
        }
    }

    @Override
    public ByteBudget.Lease lease() {
        return proxy.lease(exchange, authenticated().identity());
    }

    @Override
    public void onRejected(ProxyError error) {
        reject(error);
    }

    // Route

    @Override
    public void onRoutable(@Nullable String name) {
        if (name == null && exchange instanceof WebSocketExchange message && message.isControl()) {
            forward(message);
            return;
        }
        enter(Unlimited.LOOKING_UP);
        if (operation.routeSource() == RouteSource.OBJECT) {
            guard(() -> withCurrentRights(objects::route));
        } else {
            guard(() -> withCurrentRights(() -> find(name)));
        }
    }

    /** Passes on a message of a WebSocket that starts no response, and needs no record. */
    private void forward(WebSocketExchange message) {
        byte[] text = requireNonNull(body, "body is null").buffered();
        release();
        message.session().forward(message, text, requestId());
    }

    /** Runs a step, after identifying the caller again if time has passed: its token may have been revoked meanwhile. */
    void withCurrentRights(Runnable step) {
        Caller known = authenticated();
        if (known.token() == null || known.lookedUpAt() == loop.now()) {
            step.run();
        } else {
            identify(known.token(), step);
        }
    }

    private void find(@Nullable String name) {
        ModelSelector selector = selector(name);
        when(proxy.find(authenticated().identity(), organization(), selector), route -> follow(route, selector));
    }

    Optional<String> organization() {
        return Optional.ofNullable(exchange.headers().get(RequestHead.ORGANIZATION));
    }

    /** The body has precedence over the header, and the header over default models. */
    private ModelSelector selector(@Nullable String name) {
        String model = name == null ? exchange.headers().get(RequestHead.MODEL) : name;
        return model == null
                ? new ModelSelector.Default(
                        operation.protocol(),
                        authenticated().identity().defaultModel(),
                        operation.routeSource() == RouteSource.DEFAULT_MODEL)
                : new ModelSelector.Named(model);
    }

    private void follow(Route route, ModelSelector selector) {
        if (route instanceof Route.Found found && found.target().protocol() == operation.protocol()) {
            if (operation == Operation.CREATE_BATCH && selector instanceof ModelSelector.Named named) {
                reading().rename(named.name(), found.target().remoteModel());
            }
            use(found.target());
            return;
        }
        if (route instanceof Route.Found found) {
            model = CalledModel.at(found.target());
        } else if (route instanceof Route.Uncallable found) {
            model = new CalledModel(found.organizationId(), found.modelId(), found.modelName(), null);
        }
        reject(error(route, selector));
    }

    /** The error for a route that leads to no model of the operation's protocol. */
    private ProxyError error(Route route, ModelSelector selector) {
        return switch (route) {
            case Route.Found found -> RoutingErrors.wrongPath(operation, found.target());
            case Route.Uncallable found -> RoutingErrors.uncallable(found);
            case Route.Ambiguous ambiguous ->
                selector instanceof ModelSelector.Named named
                        ? RoutingErrors.ambiguous(ambiguous, named.name())
                        : RoutingErrors.ambiguousDefault(ambiguous);
            case Route.UnknownModel unknown -> unknownModel(selector);
            case Route.UnknownOrganization unknown -> RoutingErrors.unknownOrganization();
        };
    }

    private ProxyError unknownModel(ModelSelector selector) {
        if (selector instanceof ModelSelector.Named named) {
            return RoutingErrors.unknownModel(named.name());
        }
        return operation.routeSource() == RouteSource.DEFAULT_MODEL
                ? RoutingErrors.missingDefault()
                : RoutingErrors.missingModel(operation.protocol());
    }

    /** Calls a target if all references of the body so far are valid there. */
    void use(Target target) {
        model = CalledModel.at(target);
        settle(() -> takePermits(target));
    }

    /** Resolves the references of the body so far, one after another. */
    private void settle(Runnable next) {
        Reference reference = reading().takeReference();
        if (reference == null) {
            next.run();
        } else {
            resolve(reference, () -> settle(next));
        }
    }

    @Override
    public void onReference(Reference reference) {
        guard(() -> resolve(reference, reading()::proceed));
    }

    private void resolve(Reference reference, Runnable next) {
        if (exchange instanceof WebSocketExchange message && message.session().hasCreated(reference.value())) {
            // The provider remembers it for the connection, even if it is not stored.
            next.run();
            return;
        }
        Target target = requireNonNull(target(), "target is null");
        if (reference.field() == RequestField.MODEL) {
            resolveModel(reference, target, next);
        } else {
            objects.check(reference, target, next);
        }
    }

    /** Resolves a model of a batch, which must use the LLM provider of the first one. */
    private void resolveModel(Reference reference, Target first, Runnable next) {
        ModelSelector.Named name = new ModelSelector.Named(reference.value());
        when(proxy.find(identity(), organization(), name), route -> {
            if (!(route instanceof Route.Found found)) {
                reject(RoutingErrors.inBatch(reference, error(route, name)));
            } else if (found.target().providerId().equals(first.providerId())) {
                reading().rename(name.name(), found.target().remoteModel());
                if (!found.target().modelId().equals(first.modelId())) {
                    model = CalledModel.several(first);
                }
                next.run();
            } else {
                reject(RoutingErrors.otherProvider(reference, first));
            }
        });
    }

    private RequestBody reading() {
        return requireNonNull(body, "body is null");
    }

    // Call the provider

    /** Calls the provider unless too many calls are in progress; calls that wait for a remote secret count too. */
    private void takePermits(Target target) {
        UUID tokenId = authenticated().identity().tokenId();
        if (!proxy.shared().tokenCalls().tryAcquire(tokenId)) {
            reject(tooManyCalls("with this API token"));
            return;
        }
        if (!proxy.shared().organizationCalls().tryAcquire(target.organizationId())) {
            proxy.shared().tokenCalls().release(tokenId);
            reject(tooManyCalls("of this organization"));
            return;
        }
        hasPermits = true;
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
                value -> withCurrentRights(() -> call(target.with(credential, value))),
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

    private static ProxyError tooManyCalls(String which) {
        return ProxyError.of(
                Kind.TOO_MANY_CALLS, "The limit for concurrent calls " + which + " is reached; try again soon.");
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
            lastProgress = loop.now();
        }
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

    /** Ends the call with an error of the proxy, as far as the response that has been sent allows. */
    void fail(ProxyError error, Outcome outcome) {
        if (isFinished()) {
            return;
        }
        proxy.onError(error);
        if (!exchange.isHeadWritten()) {
            exchange.responseHeaders().clear();
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
        CallRecord record = recorder.record(
                caller == null ? null : caller.identity(), model, attempt, objects.usage(attempt), outcome);
        trace.end(record);
        proxy.onCallEnd(operation, record);
    }

    private void release() {
        enter(Unlimited.FINISHED);
        loop.calls().remove(this);
        if (body != null) {
            body.stop();
        }
        if (attempt != null) {
            attempt.close();
        }
        if (hasPermits) {
            proxy.shared().tokenCalls().release(authenticated().identity().tokenId());
            proxy.shared()
                    .organizationCalls()
                    .release(requireNonNull(model, "model is null").organizationId());
        }
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

    CallObjects objects() {
        return objects;
    }

    CallRecorder recorder() {
        return recorder;
    }

    Identity identity() {
        return authenticated().identity();
    }

    /** The target of the call; null before it is known. */
    @Nullable
    Target target() {
        return model == null ? null : model.target();
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
