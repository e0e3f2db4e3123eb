package io.agyn.proxy.exchange;

import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Optional;

/** Checks the head of a call before its body is read. */
public final class RequestHead {
    /** The header that selects an organization. */
    public static final CharSequence ORGANIZATION = HttpHeaders.createOptimized("x-agyn-organization");

    /** The header with the model of a call whose body has no `model`. */
    public static final CharSequence MODEL = HttpHeaders.createOptimized("x-agyn-model");

    /** The error for a call that has passed this server before. */
    public static final ProxyError LOOP = ProxyError.of(
            Kind.LOOP_DETECTED,
            "This call has passed this server before: the endpoint of an LLM provider is this server. Point the LLM"
                    + " provider elsewhere.");

    private RequestHead() {}

    /**
     * Returns the error for a head whose body is not read, if any.
     *
     * @param bodyLimit the most bytes of a body
     */
    public static Optional<ProxyError> error(Exchange request, long bodyLimit) {
        MultiMap headers = request.headers();
        if (!PassedHeaders.areValid(headers)) {
            return Optional.of(ProxyError.of(
                    Kind.INVALID_REQUEST,
                    "A header contains characters that are invalid in HTTP, such as a line break: remove them."));
        }
        if (!PassedQuery.isValid(request.query())) {
            return Optional.of(ProxyError.of(
                    Kind.INVALID_REQUEST,
                    "The query contains characters that are invalid in URLs: percent-encode them."));
        }
        if (hasOtherThan("identity", HttpHeaderNames.CONTENT_ENCODING, headers)) {
            return Optional.of(ProxyError.of(
                            Kind.UNSUPPORTED_ENCODING,
                            "The body is compressed, and \"model\" cannot be read in it: send it without"
                                    + " Content-Encoding.")
                    .about("content-encoding"));
        }
        if (hasOtherThan("chunked", HttpHeaderNames.TRANSFER_ENCODING, headers)) {
            return Optional.of(ProxyError.of(
                            Kind.INVALID_REQUEST,
                            "Unsupported Transfer-Encoding: the only supported one is" + " \"chunked\".")
                    .about("transfer-encoding"));
        }
        if (request.bodyLength() > bodyLimit) {
            return Optional.of(RequestBody.tooLarge(bodyLimit));
        }
        return Optional.empty();
    }

    private static boolean hasOtherThan(String expected, CharSequence name, MultiMap headers) {
        return headers.contains(name)
                && !headers.getAll(name).stream().allMatch(value -> value.equalsIgnoreCase(expected));
    }

    /** Returns the {@code Content-Length}, or -1. */
    public static long contentLength(MultiMap headers) {
        String given = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        return given == null ? -1 : Long.parseLong(given);
    }

    /** Whether the caller waits for {@code 100 Continue} before it sends the body (RFC 9110, section 10.1.1). */
    public static boolean expectsContinue(MultiMap headers) {
        return "100-continue".equalsIgnoreCase(headers.get(HttpHeaderNames.EXPECT));
    }
}
