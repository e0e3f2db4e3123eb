package io.agyn.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.agyn.hash.Sha256;
import io.agyn.testing.SentCredentials;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An identity provider for {@code @QuarkusTest}s that signs the tokens of a test. Integration tests use a real Keycloak
 * instead.
 */
public final class FakeProvider implements QuarkusTestResourceLifecycleManager {
    static final String CLIENT = "agyn";
    static final String ADMIN_EMAIL = "root@acme.example";
    static final String ADMIN_GROUP = "agyn-admins";

    private static FakeProvider running;

    private final Issuer issuer = createIssuer();
    private final Map<String, Authorization> codes = new ConcurrentHashMap<>();
    private final AtomicInteger keyFetches = new AtomicInteger();
    private HttpServer server;
    private volatile List<JWK> published = List.of(issuer.rsa, issuer.ec);

    private record Authorization(Map<String, String> request, Map<String, Object> claims) {}

    private static Issuer createIssuer() {
        try {
            return new Issuer();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Map<String, String> start() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/.well-known/openid-configuration", exchange -> respond(exchange, 200, metadata()));
        server.createContext("/keys", exchange -> {
            keyFetches.incrementAndGet();
            respond(
                    exchange,
                    200,
                    Map.of(
                            "keys",
                            published.stream()
                                    .map(key -> key.toPublicJWK().toJSONObject())
                                    .toList()));
        });
        server.createContext("/token", this::exchange);
        server.start();
        running = this;
        return Map.of(
                "agyn.oidc.issuer",
                url(),
                "agyn.oidc.client-id",
                CLIENT,
                "agyn.oidc.display-name",
                "Acme",
                "agyn.oidc.cluster-admins",
                ADMIN_EMAIL,
                "agyn.oidc.cluster-admin-group",
                ADMIN_GROUP,
                "agyn.oidc.allow-http",
                "on",
                "agyn.http.failed-tokens-per-minute",
                "1000");
    }

    @Override
    public void stop() {
        server.stop(0);
    }

    static FakeProvider running() {
        return running;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    Issuer issuer() {
        return issuer;
    }

    /** Publishes other keys. */
    void publish(JWK... keys) {
        published = List.of(keys);
    }

    int keyFetches() {
        return keyFetches.get();
    }

    /** The claims of a valid access token of a user. */
    Map<String, Object> claims(String subject, Map<String, ?> others) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", url());
        claims.put("aud", CLIENT);
        claims.put("sub", subject);
        claims.put("iat", Instant.now().getEpochSecond());
        claims.put("exp", Instant.now().getEpochSecond() + 300);
        claims.putAll(others);
        return claims;
    }

    /** A valid access token of a user. */
    String accessToken(String subject, Map<String, ?> others) throws Exception {
        String token = issuer.token(claims(subject, others));
        SentCredentials.add(token);
        return token;
    }

    /**
     * Signs a user in.
     *
     * @param location where the server redirects the browser to
     * @return the query with which the provider redirects back
     */
    String signIn(String location, String subject, Map<String, ?> claims) {
        Map<String, String> request = form(URI.create(location).getRawQuery());
        String code = "code-" + codes.size() + "-" + System.nanoTime();
        codes.put(code, new Authorization(request, claims(subject, claims)));
        return "?state=" + request.get("state") + "&code=" + code;
    }

    private void exchange(HttpExchange exchange) throws IOException {
        Map<String, String> form = form(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        Authorization authorization = codes.remove(String.valueOf(form.get("code")));
        boolean isValid = authorization != null
                && form.get("grant_type").equals("authorization_code")
                && form.get("client_id").equals(CLIENT)
                && form.get("redirect_uri").equals(authorization.request().get("redirect_uri"))
                && authorization.request().get("code_challenge_method").equals("S256")
                && Base64URL.encode(Sha256.of(form.get("code_verifier")))
                        .toString()
                        .equals(authorization.request().get("code_challenge"));
        if (!isValid) {
            respond(exchange, 400, Map.of("error", "invalid_grant"));
            return;
        }
        Map<String, Object> claims = new HashMap<>(authorization.claims());
        claims.putIfAbsent("nonce", authorization.request().get("nonce"));
        try {
            respond(exchange, 200, Map.of("id_token", issuer.token(claims), "access_token", "opaque"));
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private Map<String, Object> metadata() {
        return Map.of(
                "issuer", url(),
                "authorization_endpoint", url() + "/authorize",
                "token_endpoint", url() + "/token",
                "jwks_uri", url() + "/keys",
                "end_session_endpoint", url() + "/logout");
    }

    private static void respond(HttpExchange exchange, int status, Map<String, ?> body) throws IOException {
        byte[] json;
        try {
            json = Issuer.json(new HashMap<>(body)).getBytes(UTF_8);
        } catch (Exception e) {
            throw new IOException(e);
        }
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, json.length);
        try (exchange) {
            exchange.getResponseBody().write(json);
        }
    }

    private static Map<String, String> form(String text) {
        return Stream.of(Optional.ofNullable(text).orElse("").split("&"))
                .map(pair -> pair.split("=", 2))
                .filter(pair -> pair.length == 2)
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], UTF_8)));
    }
}
