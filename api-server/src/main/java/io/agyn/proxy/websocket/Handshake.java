package io.agyn.proxy.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The opening handshake (RFC 6455, section 4). Extensions and subprotocols are neither offered nor accepted. */
public final class Handshake {
    /** The only version of the protocol. */
    public static final String VERSION = "13";

    private static final CharSequence WEBSOCKET = HttpHeaders.createOptimized("websocket");
    private static final CharSequence UPGRADE = HttpHeaders.createOptimized("Upgrade");
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;

    private Handshake() {}

    /** Whether a request asks for a WebSocket, validly or not. */
    public static boolean isRequested(HttpServerRequest request) {
        return request.method() == HttpMethod.GET && has(request.headers(), HttpHeaderNames.UPGRADE, WEBSOCKET);
    }

    /** Whether a request asks for another version of the protocol. */
    public static boolean hasOtherVersion(HttpServerRequest request) {
        String version = request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
        return version != null && !version.strip().equals(VERSION);
    }

    /** Returns the error in a request for a WebSocket; empty if it is valid. */
    public static Optional<String> error(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_1_1) {
            return Optional.of("A WebSocket needs HTTP/1.1.");
        }
        if (!has(request.headers(), HttpHeaderNames.CONNECTION, UPGRADE)) {
            return Optional.of("A WebSocket needs the header Connection: Upgrade.");
        }
        if (!VERSION.equals(request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            return Optional.of("A WebSocket needs the header Sec-WebSocket-Version: " + VERSION + ".");
        }
        if (!isKey(request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_KEY))) {
            return Optional.of("A WebSocket needs a header Sec-WebSocket-Key with 16 bytes in Base64.");
        }
        return Optional.empty();
    }

    /** Sets the headers of the response that accepts a valid request. */
    public static void accept(HttpServerRequest request, MultiMap response) {
        response.set(HttpHeaderNames.CONNECTION, UPGRADE);
        response.set(HttpHeaderNames.UPGRADE, WEBSOCKET);
        response.set(
                HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accepted(request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_KEY)));
    }

    /** Sets the headers of a request, and returns its key. */
    public static String request(MultiMap headers) {
        byte[] bytes = new byte[KEY_BYTES];
        ThreadLocalRandom.current().nextBytes(bytes);
        String key = Base64.getEncoder().encodeToString(bytes);
        headers.set(HttpHeaderNames.CONNECTION, UPGRADE);
        headers.set(HttpHeaderNames.UPGRADE, WEBSOCKET);
        headers.set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION);
        headers.set(HttpHeaderNames.SEC_WEBSOCKET_KEY, key);
        return key;
    }

    /** Whether the headers of a 101 response accept the request with a key as it was sent. */
    public static boolean isAccepted(MultiMap response, String key) {
        return has(response, HttpHeaderNames.UPGRADE, WEBSOCKET)
                && has(response, HttpHeaderNames.CONNECTION, UPGRADE)
                && accepted(key).equals(response.get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT))
                && !response.contains(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS)
                && !response.contains(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    }

    static String accepted(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isKey(@Nullable String key) {
        try {
            return key != null && Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean has(MultiMap headers, CharSequence name, CharSequence token) {
        return headers.getAll(name).stream()
                .flatMap(value -> Stream.of(value.split(",")))
                .anyMatch(value -> value.strip().equalsIgnoreCase(token.toString()));
    }
}
