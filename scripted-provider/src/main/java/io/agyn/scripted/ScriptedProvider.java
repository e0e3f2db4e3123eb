package io.agyn.scripted;

import static java.util.Objects.requireNonNull;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A stand-in for OpenAI's and Anthropic's APIs. It responds as they do, or fails as a script says. */
public final class ScriptedProvider implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** In Vert.x, -1 is a free port that all instances of a verticle share; with 0 each would get a different port. */
    private static final int SHARED_FREE_PORT = -1;

    private static final int MOST_HEADERS = 256 << 10;

    /** Also allows the compression of messages, Vert.x's default, to notice proxies that forward its offer. */
    private static final int MOST_MESSAGE = 64 << 20;

    private final Vertx vertx;
    private final Options options;
    private final Calls calls;
    private final AtomicInteger port;
    private final Queue<Recording> recordings = new ConcurrentLinkedQueue<>();

    private ScriptedProvider(Options options) {
        this.options = options;
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(options.eventLoops()));
        calls = new Calls(vertx, options);
        port = new AtomicInteger(options.port());
    }

    /** Starts a provider on a free loopback port that accepts any credential. */
    public static ScriptedProvider start() {
        return start(Options.defaults());
    }

    public static ScriptedProvider start(Options options) {
        ScriptedProvider provider = new ScriptedProvider(requireNonNull(options, "options is null"));
        try {
            provider.listen();
        } catch (RuntimeException e) {
            provider.close();
            throw e;
        }
        return provider;
    }

    /** The base URL, without a path. */
    public URI origin() {
        return URI.create(
                "%s://%s:%d".formatted(options.tls().isPresent() ? "https" : "http", options.host(), port.get()));
    }

    /** From now on accepts only calls with one of these headers; without any, all calls. */
    public void accept(Header... credentials) {
        calls.accept(List.of(credentials));
    }

    /** From now on refuses WebSockets with this status; open ones stay. */
    public void refuseWebSockets(int status) {
        calls.refuseWebSockets(OptionalInt.of(status));
    }

    /** From now on accepts WebSockets, as by default. */
    public void acceptWebSockets() {
        calls.refuseWebSockets(OptionalInt.empty());
    }

    /**
     * Sets the default script, for calls without a script in a header or in the model name.
     *
     * @throws ScriptException if the script is invalid
     */
    public void script(String script) {
        calls.script(Script.parse(script));
    }

    /**
     * Sets the scripts of the next calls, one for each, instead of the default script.
     *
     * @throws ScriptException if a script is invalid
     */
    public void scriptNext(String... scripts) {
        calls.scriptNext(Stream.of(scripts).map(Script::parse).toList());
    }

    /** Resumes the responses to all calls received so far, also those that have not reached their stall yet. */
    public void resume() {
        calls.resume();
    }

    /** Snapshots of all calls, in order of arrival. */
    public List<ReceivedCall> received() {
        return recordings.stream().map(Recording::snapshot).toList();
    }

    /** Discards the recorded calls. */
    public void forget() {
        recordings.clear();
    }

    /**
     * Waits for a call.
     *
     * @throws AssertionError if no call matches within the time-out; the message lists the received calls
     */
    public ReceivedCall await(Predicate<ReceivedCall> predicate, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            List<ReceivedCall> received = received();
            for (ReceivedCall call : received) {
                if (predicate.test(call)) {
                    return call;
                }
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("No matching call within %s, only %s".formatted(timeout, received));
            }
            Thread.sleep(5);
        }
    }

    /** Stops, and breaks off responses in progress. */
    @Override
    public void close() {
        wait(vertx.close());
    }

    private void listen() {
        wait(vertx.deployVerticle(Listener::new, new DeploymentOptions().setInstances(options.eventLoops())));
    }

    private final class Listener extends AbstractVerticle {

        @Override
        public void start(Promise<Void> started) {
            vertx.createHttpServer(serverOptions())
                    .requestHandler(ScriptedProvider.this::handle)
                    .listen(options.port() == 0 ? SHARED_FREE_PORT : options.port(), options.host())
                    .onSuccess((HttpServer server) -> port.set(server.actualPort()))
                    .<Void>mapEmpty()
                    .onComplete(started);
        }
    }

    private HttpServerOptions serverOptions() {
        HttpServerOptions server = new HttpServerOptions()
                .setHttp2ClearTextEnabled(options.http2())
                .setHandle100ContinueAutomatically(true)
                .setMaxInitialLineLength(MOST_HEADERS)
                .setMaxHeaderSize(MOST_HEADERS)
                .setMaxWebSocketFrameSize(MOST_MESSAGE)
                .setMaxWebSocketMessageSize(MOST_MESSAGE)
                .setTcpNoDelay(true);
        options.tls().ifPresent(tls -> server.setSsl(true)
                .setUseAlpn(options.http2())
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(tls.certificate().toString())
                        .setKeyPath(tls.key().toString())));
        return server;
    }

    private void handle(HttpServerRequest request) {
        List<Header> headers = options.recording() ? headers(request) : List.of();
        Recording recording = record(request, request.method().name(), headers);
        if (Calls.isUpgrade(request)) {
            calls.upgrade(request, recording, () -> record(request, ReceivedCall.MESSAGE, headers));
            return;
        }
        request.exceptionHandler(failure -> recording.callerLeft());
        request.response().exceptionHandler(failure -> recording.callerLeft());
        request.response().closeHandler(closed -> recording.callerLeft());
        request.handler(recording::received);
        request.endHandler(ended -> {
            recording.bodyEnded();
            calls.respond(request, recording);
        });
    }

    private Recording record(HttpServerRequest request, String method, List<Header> headers) {
        Recording recording = new Recording(method, request.uri(), version(request.version()), headers);
        if (options.recording()) {
            recordings.add(recording);
        }
        return recording;
    }

    private static List<Header> headers(HttpServerRequest request) {
        return request.headers().entries().stream()
                .map(entry -> new Header(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static String version(HttpVersion version) {
        return switch (version) {
            case HTTP_1_0 -> "HTTP/1.0";
            case HTTP_1_1 -> "HTTP/1.1";
            case HTTP_2 -> "HTTP/2";
        };
    }

    private static void wait(Future<?> future) {
        try {
            future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("The scripted provider failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }
}
