package io.agyn.proxy;

import io.agyn.proxy.ProxyError.Kind;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Optional;

/** What the head of a call says of its body, and whether the body can be taken. */
final class RequestHead {
    /** The header by which a caller chooses an organization. */
    static final CharSequence ORGANIZATION = HttpHeaders.createOptimized("x-agyn-organization");

    private RequestHead() {}

    /**
     * Checks a head.
     *
     * @param bodyLimit the most bytes that a body may have
     * @return why its body is not read, if it is not
     */
    static Optional<ProxyError> refusal(Exchange request, long bodyLimit) {
        MultiMap headers = request.headers();
        if (!PassedHeaders.areValid(headers)) {
            return Optional.of(ProxyError.of(
                    Kind.INVALID_REQUEST,
                    "A header holds characters that HTTP does not allow, such as a line break: remove them."));
        }
        if (!PassedQuery.isValid(request.query())) {
            return Optional.of(ProxyError.of(
                    Kind.INVALID_REQUEST,
                    "The query holds characters that a URL cannot carry: write them percent-encoded."));
        }
        if (saysOtherThan("identity", HttpHeaderNames.CONTENT_ENCODING, headers)) {
            return Optional.of(ProxyError.of(
                            Kind.UNSUPPORTED_ENCODING,
                            "The body is compressed, and \"model\" cannot be read in it: send it without"
                                    + " Content-Encoding.")
                    .about("content-encoding"));
        }
        if (saysOtherThan("chunked", HttpHeaderNames.TRANSFER_ENCODING, headers)) {
            return Optional.of(ProxyError.of(
                            Kind.INVALID_REQUEST,
                            "The body is sent in a way that this server does not read: the only Transfer-Encoding is"
                                    + " \"chunked\".")
                    .about("transfer-encoding"));
        }
        if (contentLength(headers) > bodyLimit) {
            return Optional.of(RequestBody.tooLarge(bodyLimit));
        }
        return Optional.empty();
    }

    private static boolean saysOtherThan(String expected, CharSequence name, MultiMap headers) {
        return headers.contains(name)
                && !headers.getAll(name).stream().allMatch(value -> value.equalsIgnoreCase(expected));
    }

    /** What {@code Content-Length} says; -1 where it says nothing. */
    static long contentLength(MultiMap headers) {
        String given = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        return given == null ? -1 : Long.parseLong(given);
    }

    /** Whether the caller sends its body only once it is told to (RFC 9110, section 10.1.1). */
    static boolean expectsContinue(MultiMap headers) {
        return "100-continue".equalsIgnoreCase(headers.get(HttpHeaderNames.EXPECT));
    }
}
