package io.agyn.access;

import io.agyn.settings.CidrBlock;
import io.agyn.settings.Settings;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the source address of requests: the connection's peer or, behind a trusted proxy, the last address in
 * {@code X-Forwarded-For} that is not a trusted proxy. Callers can forge earlier addresses in the header.
 */
@Singleton
public class SourceAddress {
    private static final String FORWARDED_FOR = "X-Forwarded-For";

    private final List<CidrBlock> trusted;

    @Inject
    SourceAddress(Settings settings) {
        this(settings.http().trustedProxies().orElse(""));
    }

    SourceAddress(String trustedProxies) {
        trusted = parse(trustedProxies);
    }

    /**
     * Parses comma-separated address ranges.
     *
     * @throws IllegalArgumentException if a range is invalid
     */
    public static List<CidrBlock> parse(String ranges) {
        return Stream.of(ranges.split(","))
                .map(String::strip)
                .filter(range -> !range.isEmpty())
                .map(CidrBlock::parse)
                .toList();
    }

    /** Returns the source address as text; {@code unknown} if the connection is closed. */
    public String of(HttpServerRequest request) {
        return Optional.ofNullable(request.remoteAddress())
                .map(SocketAddress::hostAddress)
                .map(peer -> source(peer, request.headers().getAll(FORWARDED_FOR)))
                .orElse("unknown");
    }

    /** Whether the caller used TLS, to this server or to a trusted proxy. */
    public boolean isTls(HttpServerRequest request) {
        return request.isSSL()
                || Optional.ofNullable(request.remoteAddress())
                        .map(SocketAddress::hostAddress)
                        .filter(this::isTrusted)
                        .map(peer -> "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto")))
                        .orElse(false);
    }

    String source(String peer, List<String> forwardedFor) {
        if (trusted.isEmpty() || !isTrusted(peer)) {
            return peer;
        }
        List<String> hops = forwardedFor.stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(String::strip)
                .toList();
        String source = peer;
        for (String hop : hops.reversed()) {
            if (address(hop).isEmpty()) {
                return source;
            }
            source = hop;
            if (!isTrusted(hop)) {
                return source;
            }
        }
        return source;
    }

    public boolean isTrustedProxy(InetAddress address) {
        return isTrusted(address.getAddress());
    }

    private boolean isTrusted(String text) {
        return address(text).filter(this::isTrusted).isPresent();
    }

    private boolean isTrusted(byte[] address) {
        return trusted.stream().anyMatch(range -> range.contains(address));
    }

    private static Optional<byte[]> address(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text).getAddress());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
