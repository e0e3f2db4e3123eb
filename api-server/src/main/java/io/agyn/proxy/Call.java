package io.agyn.proxy;

import io.agyn.access.Identity;
import io.agyn.budget.ByteBudget;
import io.agyn.logging.Exceptions;
import io.agyn.proxy.ProxyError.Kind;
import io.agyn.proxy.body.ResponseReader;
import io.agyn.proxy.egress.SilentConnectionException;
import io.agyn.proxy.egress.UpstreamConnections;
import io.agyn.proxy.routing.Route;
import io.agyn.proxy.routing.Target;
import io.agyn.rest.Uuid7;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.usage.Outcome;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * One call of a model, from its arrival to its record: who calls, what they call, and then both bodies passed on as they
 * come. It lives on one event loop, on which nothing waits.
 */
final class Call implements RequestBody.Listener, ResponsePipe.Listener, UpstreamConnector.Listener {
    private static final Logger LOG = Logger.getLogger(Call.class);
    // "Cancelled, the stream is no longer needed" and "internal error" (RFC 9113, section 7).
    private static final long CANCEL = 0x8;
    private static final long INTERNAL_ERROR = 0x2;
    // After its last event, a provider has nothing to say but that the response has ended.
    private static final Duration AFTER_LAST_EVENT = Duration.ofSeconds(1);

    // A provider that does not process a call says so at once; a model may think for minutes.
    private static final Duration REPEATABLE = Duration.ofSeconds(15);

    /** What a call waits for, and so what it means when it waits too long. */
    private enum Waiting {
        FOR_LOOK_UP,
        FOR_REQUEST,
        FOR_PLACE,
        FOR_CONNECTION,
        FOR_ANSWER,
        FOR_BYTES
    }

    private final ProxyContext calls;
    private final LoopState loop;
    private final Context context;
    private final Operation operation;
    private final Dialect dialect;
    private final Exchange exchange;

    private final UUID id = Uuid7.next();
    private final String requestId;
    private final Instant startedAt = Instant.now();
    private final long started = System.nanoTime();
    private final Tracing.Trace trace;
    private long lastEvent = started;
    private Waiting waiting = Waiting.FOR_LOOK_UP;
    private int place;

    private Identity identity;
    private String token;
    private long identifiedAt;
    private RequestBody body;
    private long progress;
    private UUID organizationId;
    private UUID modelId;
    private String modelName;
    private Target target;
    private UpstreamConnector dial;
    private HttpClientRequest provider;
    private ResponsePipe answer;
    private long firstByte = -1;
    private boolean counted;
    private boolean repeated;
    private boolean over;

    private Call(ProxyContext calls, Operation operation, Exchange exchange) {
        this.calls = calls;
        this.loop = calls.upstreams().loop();
        this.context = Vertx.currentContext();
        this.operation = operation;
        this.dialect = Dialect.of(operation.protocol());
        this.exchange = exchange;
        this.requestId = ProxyResponses.requestId(exchange.headers(), id);
        this.trace = calls.trace(operation, exchange.headers());
    }

    /** Begins a call whose caller has a token, on the event loop that its request came by. */
    static void begin(ProxyContext calls, Operation operation, HttpServerRequest request) {
        begin(new Call(calls, operation, new HttpExchange(request)));
    }

    /** Begins a call of this server itself, on the event loop that it is to stay on. */
    static void begin(ProxyContext calls, Operation operation, Exchange exchange, Identity identity) {
        Call call = new Call(calls, operation, exchange);
        call.identity = identity;
        begin(call);
    }

    private static void begin(Call call) {
        call.loop.add(call);
        call.guard(call::admit);
    }

    private void admit() {
        exchange.onGone(this::callerLeft);
        Optional<ProxyError> unreadable =
                RequestHead.refusal(exchange, calls.limits().body());
        if (unreadable.isPresent()) {
            refuse(unreadable.get());
            return;
        }
        if (calls.loops().isLoop(exchange.headers())) {
            refuse(ProxyError.of(
                    Kind.LOOP_DETECTED,
                    "This call has passed this server before: the endpoint of an LLM provider leads back to it. Point the"
                            + " LLM provider elsewhere."));
            return;
        }
        if (identity != null) {
            read();
            return;
        }
        switch (CallerToken.of(exchange.headers())) {
            case CallerToken.Given given -> {
                token = given.token();
                identify(this::read);
            }
            case CallerToken.Refused refused -> refuse(refused.refusal());
        }
    }

    /** Where the event loop keeps it. */
    int place() {
        return place;
    }

    void setPlace(int place) {
        this.place = place;
    }

    /**
     * Gives up what takes too long.
     *
     * @param now the time, by {@link System#nanoTime()}
     */
    void checkTime(long now) {
        if (waiting == Waiting.FOR_REQUEST) {
            body.retryMemory();
            if (now - started > calls.limits().model().toNanos()) {
                modelIsLate();
                return;
            }
        }
        if (body != null && body.progress() != progress) {
            progress = body.progress();
            lastEvent = now;
        }
        Duration patience =
                switch (waiting) {
                    case FOR_LOOK_UP -> null;
                    case FOR_CONNECTION -> calls.limits().connect();
                    case FOR_REQUEST ->
                        body.waitsForMemory()
                                ? calls.limits().queue()
                                : calls.limits().idle();
                    case FOR_BYTES ->
                        waitsForTheEndOnly() ? AFTER_LAST_EVENT : calls.limits().idle();
                    case FOR_PLACE -> calls.limits().queue();
                    // A provider's time begins when it has been asked all.
                    case FOR_ANSWER ->
                        body.isSent()
                                ? calls.limits().firstByte()
                                : calls.limits().idle();
                };
        if (patience != null && now - lastEvent > patience.toNanos()) {
            timeOut();
        } else if (waiting == Waiting.FOR_ANSWER && now - lastEvent > REPEATABLE.toNanos()) {
            body.forget();
        }
    }

    private void identify(Runnable next) {
        when(calls.identify(token), found -> {
            if (found.isEmpty()) {
                refuse(calls.unknown(exchange.http().orElseThrow(), token, requestId));
                return;
            }
            identity = found.get();
            identifiedAt = loop.now();
            next.run();
        });
    }

    private void read() {
        await(Waiting.FOR_REQUEST);
        if (RequestHead.expectsContinue(exchange.headers())) {
            exchange.writeContinue();
        }
        body = new RequestBody(
                exchange,
                RequestHead.contentLength(exchange.headers()),
                calls.limits().body(),
                this);
        body.read();
    }

    @Override
    public ByteBudget.Lease lease() {
        return calls.lease(exchange, identity);
    }

    @Override
    public void onModel(String model) {
        await(Waiting.FOR_LOOK_UP);
        guard(() -> {
            if (token == null || loop.now() == identifiedAt) {
                find(model);
            } else {
                // Who sends a body bit by bit calls with what they may do at its end.
                identify(() -> find(model));
            }
        });
    }

    private void find(String model) {
        Optional<String> organization = Optional.ofNullable(exchange.headers().get(RequestHead.ORGANIZATION));
        when(calls.find(identity, organization, model), route -> routed(route, model));
    }

    @Override
    public void onRefused(ProxyError refusal) {
        fail(refusal, Outcome.REFUSED);
    }

    private void routed(Route route, String model) {
        switch (route) {
            case Route.Found found -> {
                target = found.target();
                know(target.organizationId(), target.modelId(), target.modelName());
                if (target.protocol() == operation.protocol()) {
                    enter();
                } else {
                    refuse(RoutingErrors.wrongPath(operation, target));
                }
            }
            case Route.Orphaned orphaned -> {
                know(orphaned.organizationId(), orphaned.modelId(), orphaned.modelName());
                refuse(RoutingErrors.orphaned(orphaned));
            }
            case Route.Unreadable unreadable -> {
                know(unreadable.organizationId(), unreadable.modelId(), unreadable.modelName());
                refuse(RoutingErrors.unreadable(unreadable));
            }
            case Route.Unsendable unsendable -> {
                know(unsendable.organizationId(), unsendable.modelId(), unsendable.modelName());
                refuse(RoutingErrors.unsendable(unsendable));
            }
            case Route.Ambiguous ambiguous -> refuse(RoutingErrors.ambiguous(ambiguous, model));
            case Route.UnknownModel unknown -> refuse(RoutingErrors.unknownModel(model));
            case Route.UnknownOrganization unknown -> refuse(RoutingErrors.unknownOrganization());
        }
    }

    private void know(UUID organization, UUID model, String name) {
        organizationId = organization;
        modelId = model;
        modelName = name;
    }

    private void enter() {
        if (!calls.ofTokens().enter(identity.tokenId())) {
            refuse(tooManyCalls("with this API token"));
            return;
        }
        if (!calls.ofOrganizations().enter(organizationId)) {
            calls.ofTokens().leave(identity.tokenId());
            refuse(tooManyCalls("of this organization's models"));
            return;
        }
        counted = true;
        dial();
    }

    private static ProxyError tooManyCalls(String which) {
        return ProxyError.of(
                Kind.TOO_MANY_CALLS, "There are as many calls " + which + " at once as are allowed; try again soon.");
    }

    private void dial() {
        await(Waiting.FOR_PLACE);
        dial = new UpstreamConnector(
                calls.upstreams(), loop, context, target, uri(), calls.limits().connect(), this);
        dial.start();
    }

    private String uri() {
        String path = target.endpoint().path() + operation.path();
        String query = PassedQuery.of(exchange.query());
        return query.isEmpty() ? path : path + "?" + query;
    }

    @Override
    public void onPlace() {
        await(Waiting.FOR_CONNECTION);
    }

    @Override
    public void onFailed(ProxyError refusal) {
        fail(refusal, Outcome.UPSTREAM_ERROR);
    }

    @Override
    public void onOpened(HttpClientRequest opened) {
        provider = opened;
        guard(this::ask);
    }

    private void ask() {
        calls.headers().toProvider(exchange.headers(), provider.headers(), target.credentials());
        provider.headers().set(LoopDetection.HEADER, calls.loops().next(exchange.headers()));
        trace.inject(provider.headers());
        await(Waiting.FOR_ANSWER);
        provider.response(this::answered);
        if (repeated) {
            body.repeat(provider);
        } else {
            body.pass(provider, target.remoteModel(), UpstreamConnections.mayBeUnprocessed(provider));
        }
    }

    private void answered(AsyncResult<HttpClientResponse> result) {
        if (over) {
            return;
        }
        if (result.failed()) {
            if (!repeat(result.cause())) {
                onBroken(result.cause());
            }
            return;
        }
        body.forget();
        HttpClientResponse head = result.result();
        if (head.statusCode() < 200) {
            onBroken(new IllegalStateException("an interim answer that was not asked for"));
            return;
        }
        if (!PassedHeaders.areValid(head.headers())) {
            fail(
                    ProxyError.of(
                            Kind.PROVIDER_INVALID_RESPONSE,
                            "The LLM provider " + target.providerName()
                                    + " sent a header that is not valid in HTTP; check the provider."),
                    Outcome.UPSTREAM_ERROR);
            return;
        }
        if (Redirect.is(head.statusCode())) {
            fail(Redirect.refusal(target, operation, head), Outcome.UPSTREAM_ERROR);
            return;
        }
        await(Waiting.FOR_BYTES);
        guard(() -> {
            answer = new ResponsePipe(target, head, exchange, this);
            answer.start(requestId);
        });
    }

    /** Sends the call once more where it certainly was not processed, in the same slot, by another connection if possible. */
    private boolean repeat(Throwable cause) {
        if (repeated || !body.isRepeatable() || !UpstreamConnections.isUnprocessed(provider, cause)) {
            return false;
        }
        LOG.debugf("The call of %s was not processed; it is sent again", target);
        repeated = true;
        dial.again();
        return true;
    }

    @Override
    public void onBytes() {
        if (firstByte < 0) {
            firstByte = System.nanoTime();
        }
        if (!hasLastEvent()) {
            lastEvent = loop.now();
        }
    }

    /** Whether the provider has sent the last event of its stream, after which no connection's end changes the outcome. */
    private boolean hasLastEvent() {
        return answer != null && answer.reader().isTerminated();
    }

    private boolean waitsForTheEndOnly() {
        return hasLastEvent() && !answer.waitsForCaller();
    }

    /** The outcome of a response that has ended, or whose last event has been read. */
    private Outcome outcome() {
        int status = exchange.status();
        boolean succeeded = status >= 200 && status < 300;
        if (!succeeded || answer.reader().hasFailed()) {
            return Outcome.UPSTREAM_ERROR;
        }
        return answer.reader().isReadableStream() && !answer.reader().isTerminated()
                ? Outcome.UPSTREAM_TRUNCATED
                : Outcome.COMPLETED;
    }

    /** Ends the caller's response properly after the provider's last event, without the end of the provider's own. */
    private void endAfterLastEvent() {
        answer.endEarly();
        finish(outcome());
        provider.reset(CANCEL);
        if (!body.isSent()) {
            exchange.discardBody();
        }
    }

    @Override
    public void onEnd() {
        if (over) {
            return;
        }
        finish(outcome());
        if (!body.isSent()) {
            // Answered before it was asked to the end. What is left is not for the provider any more.
            provider.reset(CANCEL);
            exchange.discardBody();
        }
    }

    @Override
    public void onBroken(Throwable cause) {
        if (over) {
            return;
        }
        LOG.debugf(Exceptions.withoutMessages(cause), "The call of %s broke", target);
        if (hasLastEvent()) {
            endAfterLastEvent();
            return;
        }
        ProxyError refusal = cause instanceof SilentConnectionException
                ? ProxyError.of(
                        Kind.PROVIDER_TIMED_OUT,
                        "The LLM provider " + target.providerName()
                                + " no longer responds on the connection of this call;" + " try again.")
                : ProxyError.of(
                        Kind.PROVIDER_BROKE_OFF,
                        "The LLM provider " + target.providerName()
                                + " closed the connection before its answer was whole;"
                                + " try again, and check the provider where it happens again.");
        fail(refusal, answer == null ? Outcome.UPSTREAM_ERROR : Outcome.UPSTREAM_TRUNCATED);
    }

    private void timeOut() {
        switch (waiting) {
            case FOR_LOOK_UP -> throw new IllegalStateException("has a time-out of its own: " + waiting);
            case FOR_CONNECTION -> fail(UpstreamConnector.late(target), Outcome.UPSTREAM_ERROR);
            case FOR_REQUEST -> {
                if (body.waitsForMemory()) {
                    refuse(ProxyError.of(
                            Kind.UNAVAILABLE,
                            "The memory for request bodies is used up by other calls; try again soon, and send"
                                    + " \"model\" before large fields."));
                } else {
                    callerIsSilent();
                }
            }
            case FOR_PLACE ->
                fail(
                        ProxyError.of(
                                Kind.UNAVAILABLE,
                                "As many calls as this server makes at once are on their way to the LLM provider "
                                        + target.providerName() + "; try again soon."),
                        Outcome.REFUSED);
            case FOR_ANSWER -> {
                if (body.isSent() || body.waitsForProvider()) {
                    fail(
                            ProxyError.of(
                                    Kind.PROVIDER_TIMED_OUT,
                                    "The LLM provider " + target.providerName() + " did not begin to answer within "
                                            + (body.isSent()
                                                            ? calls.limits().firstByte()
                                                            : calls.limits().idle())
                                                    .toSeconds()
                                            + " s; try again, and check the provider where it happens again."),
                            Outcome.UPSTREAM_ERROR);
                } else {
                    callerIsSilent();
                }
            }
            case FOR_BYTES -> {
                if (waitsForTheEndOnly()) {
                    endAfterLastEvent();
                } else if (answer.waitsForCaller()) {
                    callerLeft();
                    exchange.breakOff(INTERNAL_ERROR);
                } else {
                    fail(
                            ProxyError.of(
                                    Kind.PROVIDER_TIMED_OUT,
                                    "The LLM provider " + target.providerName() + " fell silent within its answer for "
                                            + calls.limits().idle().toSeconds() + " s."),
                            Outcome.UPSTREAM_TRUNCATED);
                }
            }
        }
    }

    /** Ends the call, since the server stops and its time to finish is over. */
    void stop() {
        fail(ProxyError.STOPPING, answer == null ? Outcome.REFUSED : Outcome.UPSTREAM_TRUNCATED);
    }

    private void refuse(ProxyError refusal) {
        fail(refusal, Outcome.REFUSED);
    }

    /** Ends the call with an error of the proxy's own, as well as what was sent before allows. */
    private void fail(ProxyError refusal, Outcome outcome) {
        if (over) {
            return;
        }
        calls.refused(refusal);
        if (exchange.isHeadWritten()) {
            boolean saysSo = answer != null && answer.takesEvent();
            if (saysSo) {
                exchange.write(Buffer.buffer(dialect.errorEvent(refusal, requestId, answer.reader())));
            }
            finish(outcome);
            if (saysSo) {
                // Properly, as vendors do: to Codex, a broken connection would hide the event.
                answer.endEarly();
            } else {
                exchange.breakOff(INTERNAL_ERROR);
            }
            return;
        }
        exchange.responseHeaders().clear();
        exchange.setStatus(refusal.status());
        finish(outcome);
        ProxyResponses.refuse(exchange, dialect, refusal, requestId);
    }

    private void modelIsLate() {
        refuse(ProxyError.of(
                Kind.REQUEST_TIMED_OUT,
                "The call's \"model\" did not arrive within "
                        + calls.limits().model().toSeconds() + " s; send it before large fields."));
    }

    private void callerIsSilent() {
        // Nobody is there to read an answer.
        finish(Outcome.CLIENT_CANCELLED);
        exchange.breakOff(INTERNAL_ERROR);
    }

    private void callerLeft() {
        if (over || exchange.isEnded()) {
            return;
        }
        if (!hasLastEvent()) {
            finish(Outcome.CLIENT_CANCELLED);
        } else if (body.isSent()) {
            finish(outcome(), () -> answer.drain(provider, context.owner()));
        } else {
            finish(outcome());
        }
    }

    private void finish(Outcome outcome) {
        finish(outcome, () -> provider.reset(CANCEL));
    }

    /**
     * Lets go of everything, but for the connection to the caller, and writes the call down.
     *
     * @param leaveProvider what to do with a provider's call whose response was not passed on to its end
     */
    private void finish(Outcome outcome, Runnable leaveProvider) {
        if (over) {
            return;
        }
        over = true;
        loop.remove(this);
        if (body != null) {
            body.stop();
        }
        if (provider != null && !exchange.isEnded()) {
            leaveProvider.run();
        }
        if (dial != null) {
            dial.close();
        }
        if (counted) {
            calls.ofTokens().leave(identity.tokenId());
            calls.ofOrganizations().leave(organizationId);
        }
        if (answer != null) {
            answer.reader().close();
        }
        CallRecord record = record(outcome);
        trace.end(record);
        calls.over(operation, record);
    }

    private CallRecord record(Outcome outcome) {
        ResponseReader reader = answer == null ? null : answer.reader();
        boolean answered = outcome != Outcome.CLIENT_CANCELLED || exchange.isHeadWritten();
        return new CallRecord(
                id,
                startedAt,
                requestId,
                organizationId == null && identity != null
                        ? identity.boundOrganization().orElse(null)
                        : organizationId,
                modelId,
                modelName,
                target == null ? null : target.providerId(),
                target == null ? null : target.providerName(),
                identity == null ? null : identity.tokenId(),
                identity == null ? null : identity.userId(),
                operation.protocol(),
                operation.recorded(),
                reader != null && reader.isStream(),
                reader == null ? CallUsage.NONE : reader.tokens().usage(reader.usageUnknownReason()),
                firstByte < 0 ? null : Duration.ofNanos(firstByte - started),
                Duration.ofNanos(System.nanoTime() - started),
                answered ? exchange.status() : null,
                outcome);
    }

    /** Does a step; a mistake of ours ends the call, or else the caller would wait for ever. */
    private void guard(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.errorf(Exceptions.withoutMessages(e), "Call %s failed", requestId);
            fail(
                    ProxyError.of(Kind.INTERNAL, "Something went wrong in this server; its log says more."),
                    Outcome.REFUSED);
        }
    }

    private void await(Waiting next) {
        waiting = next;
        lastEvent = loop.now();
    }

    /** Goes on with what was looked up: at once where it is known, else back on the event loop. */
    private <T> void when(CompletableFuture<T> future, Consumer<T> next) {
        if (future.isDone() && !future.isCompletedExceptionally()) {
            next.accept(future.join());
            return;
        }
        future.whenComplete((value, failure) -> context.runOnContext(back -> {
            if (over) {
                return;
            }
            if (failure == null) {
                guard(() -> next.accept(value));
            } else {
                refuse(LookupFailures.refusal(failure, requestId));
            }
        }));
    }
}
