package io.agyn.proxy.exchange;

import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.routing.HashedToken;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The API token or access token of a call, from the key header of OpenAI's or Anthropic's SDK. Claude Code sends both if
 * both of its credentials are set, so a header with another credential is ignored next to one with an API token.
 */
public sealed interface CallerToken {
    /** The error for an invalid token after too many failed attempts. */
    ProxyError TOO_MANY = ProxyError.of(
            Kind.TOO_MANY_REQUESTS, "Too many failed API tokens from this address or with this prefix; wait a minute.");

    Rejected TWO = new Rejected(ProxyError.of(
            Kind.INVALID_REQUEST, "Authorization and x-api-key contain different tokens: send only one of them."));

    CharSequence API_KEY = HttpHeaders.createOptimized("x-api-key");
    String BEARER = "bearer ";
    String PREFIX = "agyn_";
    String JWT_PREFIX = "eyJ";

    /** A single token. */
    record Given(HashedToken token) implements CallerToken {}

    /** A missing token, or two different ones. */
    record Rejected(ProxyError error) implements CallerToken {}

    /**
     * Reads the token in a call's headers.
     *
     * @param hashing hashes the token
     */
    static CallerToken of(MultiMap headers, Function<String, HashedToken> hashing) {
        @Nullable String token = null;
        boolean isEmpty = false;
        for (String authorization : headers.getAll(HttpHeaderNames.AUTHORIZATION)) {
            if (authorization.strip().equalsIgnoreCase(BEARER.strip())) {
                isEmpty = true;
            } else if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
                String bearer = authorization.substring(BEARER.length()).strip();
                token = select(token, bearer);
                if (token == null) {
                    return TWO;
                }
            }
        }
        for (String key : headers.getAll(API_KEY)) {
            if (key.isBlank()) {
                isEmpty = true;
                continue;
            }
            token = select(token, key);
            if (token == null) {
                return TWO;
            }
        }
        if (token != null) {
            return new Given(hashing.apply(token));
        }
        return new Rejected(ProxyError.of(
                Kind.UNAUTHENTICATED,
                (isEmpty ? "The API token is empty" : "An API token is missing")
                        + ": send it as \"Authorization: Bearer agyn_…\" or as \"x-api-key: agyn_…\"."));
    }

    /** Returns the one of two credentials that is an API token, else the JWT; null if both are equally likely. */
    private static @Nullable String select(@Nullable String first, String second) {
        if (first == null || first.equals(second)) {
            return second;
        }
        int difference = likelihood(first) - likelihood(second);
        return difference == 0 ? null : difference > 0 ? first : second;
    }

    private static int likelihood(String token) {
        return token.startsWith(PREFIX) ? 2 : token.startsWith(JWT_PREFIX) ? 1 : 0;
    }
}
