package io.agyn.proxy.exchange;

import io.agyn.headers.HeaderNames;
import io.agyn.headers.HeaderSyntax;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides which headers pass between callers and LLM providers. Unknown headers pass. Connection headers (RFC 9110,
 * section 7.6.1) and the proxy's own headers never do.
 */
public final class PassedHeaders {
    private static final CharSequence CONTENT_TYPE_OPTIONS = HttpHeaders.createOptimized("x-content-type-options");
    private static final CharSequence NO_SNIFF = HttpHeaders.createOptimized("nosniff");
    private static final String AGYN = "x-agyn-*";

    private static final List<String> HOP_BY_HOP = List.of(
            // The parser lets an empty name through.
            "",
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authentication-info",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings",
            // A subprotocol may contain a token.
            "sec-websocket-*");

    // The proxy sets Host, Content-Length and Accept-Encoding itself, and handles Expect.
    private static final List<String> CALLER_HEADERS = List.of(
            "accept-encoding", "authorization", "x-api-key", "cookie", "cookie2", "host", "content-length", "expect");

    /**
     * Headers that load balancers, CDNs and authenticating proxies in front of the server add: the caller's addresses
     * and routes, and identity tokens. OpenAI and Anthropic are behind Cloudflare, which rejects calls with some of
     * its headers.
     */
    private static final List<String> INFRASTRUCTURE_HEADERS = List.of(
            // LoopDetection adds the ids to keep.
            "cdn-loop",
            "forwarded",
            "via",
            "x-forwarded",
            "x-forwarded-*",
            "x-original-*",
            "x-rewrite-url",
            "x-real-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-proxyuser-ip",
            "x-remote-*",
            "remote-user",
            "x-scheme",
            "x-ssl-*",
            "ssl-client-*",
            "x-client-cert*",
            "client-cert",
            "client-cert-chain",
            "true-client-ip",
            // Cloudflare, Fastly, Akamai, CloudFront, Fly, Vercel, Heroku
            "cf-*",
            "fastly-*",
            "akamai-*",
            "x-akamai-*",
            "cloudfront-*",
            "x-amz-cf-id",
            "fly-*",
            "x-vercel-*",
            "x-request-start",
            // AWS, Google Cloud, Azure
            "x-amzn-oidc-*",
            "x-amzn-mtls-*",
            "x-amzn-tls-*",
            "x-amzn-trace-id",
            "x-goog-iap-*",
            "x-goog-authenticated-user-*",
            "x-appengine-*",
            "x-azure-*",
            "x-fd-*",
            "x-appgw-*",
            "x-arr-*",
            "x-ms-client-principal*",
            "x-ms-token-*",
            // Envoy, oauth2-proxy, Authelia and authentik, Pomerium
            "x-envoy-*",
            "x-auth-request-*",
            "x-authentik-*",
            "remote-groups",
            "remote-name",
            "remote-email",
            "x-pomerium-*");

    // A provider's site settings would apply to this server's site.
    private static final List<String> PROVIDER_SITE_HEADERS = List.of(
            "set-cookie",
            "set-cookie2",
            "strict-transport-security",
            "alt-svc",
            "clear-site-data",
            "access-control-*",
            // The version of the provider's catalogue; a different one has Codex read this server's again.
            "x-models-etag",
            // A header of requests, which may contain a credential.
            "authorization",
            // The proxy sets it itself.
            "x-content-type-options");

    private static final int AUTHORIZATION_LENGTH = HttpHeaderNames.AUTHORIZATION.length();

    // A shorter credential would match harmless values.
    private static final int MIN_MIRRORED_LENGTH = 8;
    private static final String BEARER = "Bearer ";

    private static final HeaderNames HELD_BACK_FROM_CALLER =
            HeaderNames.of(Stream.of(HOP_BY_HOP, PROVIDER_SITE_HEADERS, List.of(AGYN))
                    .flatMap(List::stream)
                    .toList());

    private final HeaderNames heldBackFromProvider;

    /** @param alsoHeldBack more names that providers do not receive, as {@link HeaderNames} accepts them */
    public PassedHeaders(List<String> alsoHeldBack) {
        heldBackFromProvider = HeaderNames.of(
                Stream.of(HOP_BY_HOP, CALLER_HEADERS, INFRASTRUCTURE_HEADERS, List.of(AGYN), alsoHeldBack)
                        .flatMap(List::stream)
                        .toList());
    }

    /**
     * Whether all headers of a message are valid, so that every later parser reads the same message. HTTP/1.1 parsers
     * ensure that; HTTP/2 can carry any bytes (RFC 9113, section 8.2.1). The value of Authorization is not checked: it
     * may be long, and is never forwarded.
     */
    public static boolean areValid(MultiMap headers) {
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey();
            // An empty name is dropped.
            boolean isNameValid = name.isEmpty() || HeaderSyntax.isName(name);
            if (!isNameValid || !isAuthorization(name) && !HeaderSyntax.isValue(header.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAuthorization(String name) {
        return name.length() == AUTHORIZATION_LENGTH && HttpHeaderNames.AUTHORIZATION.contentEqualsIgnoreCase(name);
    }

    /**
     * Copies a caller's headers to the request to a provider, and sets the credentials, which take precedence.
     *
     * @param credentials with lower-case names
     */
    public void toProvider(MultiMap from, MultiMap to, List<Map.Entry<String, String>> credentials) {
        Set<String> named = namedByConnection(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey();
            if (!heldBackFromProvider.contains(name)
                    && (named.isEmpty() || !named.contains(name.toLowerCase(Locale.ROOT)))) {
                to.add(name, header.getValue());
            }
        }
        if (from.contains(HttpHeaderNames.ACCEPT_ENCODING)) {
            to.set(
                    HttpHeaderNames.ACCEPT_ENCODING,
                    AcceptEncoding.reduce(from.getAll(HttpHeaderNames.ACCEPT_ENCODING)));
        }
        for (Map.Entry<String, String> header : credentials) {
            to.set(header.getKey(), header.getValue());
        }
    }

    /**
     * Copies a provider's headers to the response to the caller, except headers that contain the credentials.
     *
     * @param credentials the credentials that the provider was sent
     */
    public static void toCaller(MultiMap from, MultiMap to, List<Map.Entry<String, String>> credentials) {
        Set<String> named = namedByConnection(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey();
            if (!HELD_BACK_FROM_CALLER.contains(name)
                    && (named.isEmpty() || !named.contains(name.toLowerCase(Locale.ROOT)))
                    && !mirrors(header.getValue(), credentials)) {
                to.add(name, header.getValue());
            }
        }
        to.set(CONTENT_TYPE_OPTIONS, NO_SNIFF);
    }

    private static boolean mirrors(String value, List<Map.Entry<String, String>> credentials) {
        if (value.length() < MIN_MIRRORED_LENGTH) {
            return false;
        }
        for (Map.Entry<String, String> credential : credentials) {
            String sent = credential.getValue();
            // Without the scheme of "Authorization: Bearer".
            String secret = sent.startsWith(BEARER) ? sent.substring(BEARER.length()) : sent;
            if (secret.length() >= MIN_MIRRORED_LENGTH && value.contains(secret)) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> namedByConnection(MultiMap headers) {
        String connection = headers.get(HttpHeaderNames.CONNECTION);
        if (connection == null || connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close")) {
            // Usually the only one; if there are several, each names headers.
            return headers.getAll(HttpHeaderNames.CONNECTION).size() > 1 ? allNamed(headers) : Set.of();
        }
        return allNamed(headers);
    }

    private static Set<String> allNamed(MultiMap headers) {
        return headers.getAll(HttpHeaderNames.CONNECTION).stream()
                .flatMap(value -> Stream.of(value.split(",")))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }
}
