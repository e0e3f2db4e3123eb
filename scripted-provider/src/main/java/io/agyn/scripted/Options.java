package io.agyn.scripted;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a {@link ScriptedProvider} is started; {@link #defaults()} and then what differs.
 *
 * @param port 0 takes a free one
 * @param eventLoops the threads that answer
 * @param recording whether calls are kept; without it answers are prepared once and their ids repeat
 * @param http2 whether HTTP/2 is spoken too: by ALPN over TLS, else h2c
 * @param credentials any of them lets a call in; none lets all in
 */
public record Options(
        String host,
        int port,
        int eventLoops,
        boolean recording,
        boolean http2,
        Optional<Tls> tls,
        List<Header> credentials) {

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
        credentials = List.copyOf(credentials);
        if (eventLoops < 1) {
            throw new IllegalArgumentException("There must be an event loop, eventLoops is " + eventLoops);
        }
    }

    /** Plain HTTP on a free port of the loopback, one thread, recording, any credential. */
    public static Options defaults() {
        return new Options("127.0.0.1", 0, 1, true, true, Optional.empty(), List.of());
    }

    /** The address to listen on. */
    public Options withHost(String host) {
        return new Options(host, port, eventLoops, recording, http2, tls, credentials);
    }

    /** The port to listen on. */
    public Options withPort(int port) {
        return new Options(host, port, eventLoops, recording, http2, tls, credentials);
    }

    /** The number of threads that answer. */
    public Options withEventLoops(int eventLoops) {
        return new Options(host, port, eventLoops, recording, http2, tls, credentials);
    }

    /** Keeps nothing of the calls, for benchmarks. */
    public Options withoutRecording() {
        return new Options(host, port, eventLoops, false, http2, tls, credentials);
    }

    /** Speaks HTTP/1.1 alone. */
    public Options withoutHttp2() {
        return new Options(host, port, eventLoops, recording, false, tls, credentials);
    }

    /** Speaks TLS with a key and certificate from PEM files. */
    public Options withTls(Path certificate, Path key) {
        return new Options(
                host, port, eventLoops, recording, http2, Optional.of(new Tls(certificate, key)), credentials);
    }

    /** Lets in only calls that carry one of these headers. */
    public Options withCredentials(Header... credentials) {
        return new Options(host, port, eventLoops, recording, http2, tls, List.of(credentials));
    }
}
