package io.agyn.scripted;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * The settings of a {@link ScriptedProvider}; start from {@link #defaults()}.
 *
 * @param port 0 for a free port
 * @param eventLoops the number of threads
 * @param recording whether to keep calls; without recording, responses are prepared once and their ids repeat
 * @param http2 whether to support HTTP/2 too: by ALPN with TLS, h2c without
 * @param webSocketStatus the status that refuses WebSockets; empty to accept them
 * @param lenient whether requests need no model, and deleted objects stay, for suites that use one id in any order
 * @param models the ids in the model list; calls accept any model
 * @param fixtures the folder of recorded streams
 * @param credentials a call needs one of them; if empty, all calls are accepted
 */
public record Options(
        String host,
        int port,
        int eventLoops,
        boolean recording,
        boolean http2,
        Optional<Tls> tls,
        List<Header> credentials,
        OptionalInt webSocketStatus,
        boolean lenient,
        List<String> models,
        Optional<Path> fixtures) {

    /** The PEM files of a certificate chain and its key. */
    public record Tls(Path certificate, Path key) {

        public Tls {
            requireNonNull(certificate, "certificate is null");
            requireNonNull(key, "key is null");
        }
    }

    public Options {
        requireNonNull(host, "host is null");
        requireNonNull(tls, "tls is null");
        requireNonNull(webSocketStatus, "webSocketStatus is null");
        requireNonNull(fixtures, "fixtures is null");
        credentials = List.copyOf(credentials);
        models = List.copyOf(models);
        if (eventLoops < 1) {
            throw new IllegalArgumentException("eventLoops must be positive, not " + eventLoops);
        }
    }

    /** HTTP without TLS on a free loopback port, one thread, recording, any credential. */
    public static Options defaults() {
        return new Options(
                "127.0.0.1",
                0,
                1,
                true,
                true,
                Optional.empty(),
                List.of(),
                OptionalInt.empty(),
                false,
                List.of("gpt-5", "claude-sonnet-4-5"),
                Optional.empty());
    }

    public Options withHost(String host) {
        return with(copy -> copy.host = host);
    }

    public Options withPort(int port) {
        return with(copy -> copy.port = port);
    }

    public Options withEventLoops(int eventLoops) {
        return with(copy -> copy.eventLoops = eventLoops);
    }

    /** Keeps no calls, for benchmarks. */
    public Options withoutRecording() {
        return with(copy -> copy.recording = false);
    }

    /** Supports only HTTP/1.1. */
    public Options withoutHttp2() {
        return with(copy -> copy.http2 = false);
    }

    /** Serves TLS with a certificate and key from PEM files. */
    public Options withTls(Path certificate, Path key) {
        return with(copy -> copy.tls = Optional.of(new Tls(certificate, key)));
    }

    /** Accepts only calls with one of these headers. */
    public Options withCredentials(Header... credentials) {
        return with(copy -> copy.credentials = List.of(credentials));
    }

    /** Refuses WebSockets with this status, such as 404, 405 or 426. */
    public Options withoutWebSocket(int status) {
        return with(copy -> copy.webSocketStatus = OptionalInt.of(status));
    }

    /** Requests need no model, and deleted objects stay, for test suites that use one id in any order. */
    public Options asLenient() {
        return with(copy -> copy.lenient = true);
    }

    /** Lists these models, the newest first. */
    public Options withModels(List<String> models) {
        return with(copy -> copy.models = models);
    }

    /** Replays recorded streams from this folder. */
    public Options withFixtures(Path folder) {
        return with(copy -> copy.fixtures = Optional.of(folder));
    }

    private Options with(Consumer<Copy> change) {
        Copy copy = new Copy(this);
        change.accept(copy);
        return copy.options();
    }

    private static final class Copy {
        private String host;
        private int port;
        private int eventLoops;
        private boolean recording;
        private boolean http2;
        private Optional<Tls> tls;
        private List<Header> credentials;
        private OptionalInt webSocketStatus;
        private boolean lenient;
        private List<String> models;
        private Optional<Path> fixtures;

        private Copy(Options of) {
            host = of.host;
            port = of.port;
            eventLoops = of.eventLoops;
            recording = of.recording;
            http2 = of.http2;
            tls = of.tls;
            credentials = of.credentials;
            webSocketStatus = of.webSocketStatus;
            lenient = of.lenient;
            models = of.models;
            fixtures = of.fixtures;
        }

        private Options options() {
            return new Options(
                    host,
                    port,
                    eventLoops,
                    recording,
                    http2,
                    tls,
                    credentials,
                    webSocketStatus,
                    lenient,
                    models,
                    fixtures);
        }
    }
}
