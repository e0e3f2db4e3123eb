package io.agyn.proxy.exchange;

import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/** The API token of a call, from the key header of OpenAI's or Anthropic's SDK. */
public sealed interface CallerToken {
    /** The error for an invalid token after too many failed attempts. */
    ProxyError TOO_MANY = ProxyError.of(
            Kind.TOO_MANY_REQUESTS, "Too many failed API tokens from this address or with this prefix; wait a minute.");

    Rejected TWO = new Rejected(ProxyError.of(
            Kind.INVALID_REQUEST, "Authorization and x-api-key contain different tokens: send only one of them."));

    CharSequence API_KEY = HttpHeaders.createOptimized("x-api-key");
    String BEARER = "bearer ";

    /** A single token. */
    record Given(String token) implements CallerToken {}

    /** A missing token, or two different ones. */
    record Rejected(ProxyError error) implements CallerToken {}

    static CallerToken of(MultiMap headers) {
        String token = null;
        boolean isEmpty = false;
        for (String authorization : headers.getAll(HttpHeaderNames.AUTHORIZATION)) {
            if (authorization.strip().equalsIgnoreCase(BEARER.strip())) {
                isEmpty = true;
            } else if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
                String bearer = authorization.substring(BEARER.length()).strip();
                if (token != null && !token.equals(bearer)) {
                    return TWO;
                }
                token = bearer;
            }
        }
        for (String key : headers.getAll(API_KEY)) {
            if (key.isBlank()) {
                isEmpty = true;
                continue;
            }
            if (token != null && !token.equals(key)) {
                return TWO;
            }
            token = key;
        }
        if (token != null) {
            return new Given(token);
        }
        return new Rejected(ProxyError.of(
                Kind.UNAUTHENTICATED,
                (isEmpty ? "The API token is empty" : "An API token is missing")
                        + ": send it as \"Authorization: Bearer agyn_…\" or as \"x-api-key: agyn_…\"."));
    }
}
