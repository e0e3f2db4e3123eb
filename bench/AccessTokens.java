import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares calls with access tokens of an identity provider (JWTs) with calls with an API token, in alternating rounds on one
 * server: a token as Keycloak issues it, and one with the claims of RFC 9068 and a short signature.
 *
 * <p>{@code java bench/AccessTokens.java}; run by {@code make bench}.
 */
public final class AccessTokens {
    private static final int CONNECTIONS = 32;
    private static final int ROUNDS = 31;
    private static final Duration ROUND = Duration.ofSeconds(2);
    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final double BOUND = 0.97;
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");

    private AccessTokens() {}

    public static void main(String... arguments) throws Exception {
        Issuer issuer = new Issuer();
        try (Scratch folder = Scratch.make();
                Nginx upstream = Nginx.upstream(folder.resolve("upstream"), Proxy.ANSWER);
                Agyn agyn = Agyn.start(
                        folder.resolve("agyn"),
                        upstream.uri(),
                        Map.of(
                                "AGYN_OIDC_ISSUER", issuer.url(),
                                "AGYN_OIDC_CLIENT_ID", "agyn",
                                "AGYN_OIDC_ALLOW_HTTP", "on"))) {
            List<String> accessTokens = List.of(issuer.token("keycloak"), issuer.shortToken("short"));
            for (String accessToken : accessTokens) {
                agyn.addMember(userOf(agyn, accessToken));
            }
            Wrk wrk = new Wrk(folder.folder(), CONNECTIONS);
            String question = Proxy.question(Agyn.MODEL);
            wrk.run(agyn.uri(), WARM_UP, question, agyn.token());
            List<String> rows = new ArrayList<>();
            for (String accessToken : accessTokens) {
                wrk.run(agyn.uri(), WARM_UP, question, accessToken);
                List<Double> ratios = new ArrayList<>();
                List<Double> rates = new ArrayList<>();
                for (int round = 0; round < ROUNDS; round++) {
                    double apiToken =
                            wrk.run(agyn.uri(), ROUND, question, agyn.token()).perSecond();
                    double jwt =
                            wrk.run(agyn.uri(), ROUND, question, accessToken).perSecond();
                    ratios.add(jwt / apiToken);
                    rates.add(jwt);
                }
                double ratio = Report.median(ratios);
                rows.add(Report.row(
                        "throughput with an access token of %,d characters".formatted(accessToken.length()),
                        "≥ %.2f of that with an API token".formatted(BOUND),
                        "%.2f (%.2f to %.2f): %,.0f/s"
                                .formatted(
                                        ratio, Collections.min(ratios), Collections.max(ratios), Report.median(rates)),
                        ratio >= BOUND));
            }
            Report.print(rows);
        } catch (Nginx.Missing e) {
            System.err.println(e.getMessage());
            System.exit(1);
        } finally {
            issuer.server.stop(0);
        }
    }

    /** The first call with the token creates its user; until the server has the keys, it gets 503. */
    private static String userOf(Agyn agyn, String token) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(agyn.uri() + "/api/v1/me"))
                .header("Authorization", "Bearer " + token)
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int attempt = 0; attempt < 100; attempt++) {
                HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
                Matcher id = ID.matcher(response.body());
                if (response.statusCode() == 200 && id.find()) {
                    return id.group(1);
                }
                Thread.sleep(100);
            }
        }
        throw new IOException("The access token is not accepted");
    }

    /** An identity provider that only publishes its keys. */
    private static final class Issuer {
        private static final int COORDINATE_BYTES = 32;

        private final KeyPair key;
        private final KeyPair shortKey;
        private final HttpServer server;

        private Issuer() throws Exception {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            key = generator.generateKeyPair();
            KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
            curve.initialize(new ECGenParameterSpec("secp256r1"));
            shortKey = curve.generateKeyPair();
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            serve("/.well-known/openid-configuration", """
                    {"issuer": "%1$s", "authorization_endpoint": "%1$s/a", "token_endpoint": "%1$s/t", "jwks_uri": "%1$s/keys"}""".formatted(url()));
            RSAPublicKey publicKey = (RSAPublicKey) key.getPublic();
            ECPoint point = ((ECPublicKey) shortKey.getPublic()).getW();
            serve("/keys", """
                    {"keys": [{"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "n": "%s", "e": "%s"},
                     {"kty": "EC", "kid": "2", "use": "sig", "alg": "ES256", "crv": "P-256", "x": "%s", "y": "%s"}]}""".formatted(
                            encode(unsigned(publicKey.getModulus())),
                            encode(unsigned(publicKey.getPublicExponent())),
                            encode(coordinate(point.getAffineX())),
                            encode(coordinate(point.getAffineY()))));
            server.start();
        }

        private void serve(String path, String json) {
            byte[] body = json.getBytes(UTF_8);
            server.createContext(path, exchange -> {
                exchange.sendResponseHeaders(200, body.length);
                try (exchange) {
                    exchange.getResponseBody().write(body);
                }
            });
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        /** A token with the claims that Keycloak sends, which expires in an hour. */
        String token(String subject) throws Exception {
            long now = Instant.now().getEpochSecond();
            String header = "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"1\"}";
            String claims = """
                    {"iss":"%s","aud":["agyn","account"],"sub":"%s","typ":"Bearer","azp":"agyn","iat":%d,"exp":%d,\
                    "realm_access":{"roles":["default-roles-acme","offline_access","uma_authorization"]},\
                    "resource_access":{"account":{"roles":["manage-account","manage-account-links","view-profile"]}},\
                    "scope":"openid email profile","email_verified":true,"name":"Ada Example","preferred_username":"ada",\
                    "groups":["payments","developers"],"given_name":"Ada","family_name":"Example","email":"ada@acme.example"}""".formatted(url(), subject, now, now + 3600);
            String signed = encode(header.getBytes(UTF_8)) + "." + encode(claims.getBytes(UTF_8));
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key.getPrivate());
            signature.update(signed.getBytes(US_ASCII));
            return signed + "." + encode(signature.sign());
        }

        /** A token with the claims of RFC 9068 and two groups, which expires in an hour. */
        String shortToken(String subject) throws Exception {
            long now = Instant.now().getEpochSecond();
            String header = "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"2\"}";
            String claims = """
                    {"iss":"%s","aud":"agyn","sub":"%s","client_id":"agyn","iat":%d,"exp":%d,"jti":"%s",\
                    "groups":["payments","developers"]}""".formatted(url(), subject, now, now + 3600, UUID.randomUUID());
            String signed = encode(header.getBytes(UTF_8)) + "." + encode(claims.getBytes(UTF_8));
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(shortKey.getPrivate());
            signature.update(signed.getBytes(US_ASCII));
            return signed + "." + encode(signature.sign());
        }

        private static byte[] coordinate(BigInteger number) {
            byte[] bytes = unsigned(number);
            byte[] padded = new byte[COORDINATE_BYTES];
            System.arraycopy(bytes, 0, padded, COORDINATE_BYTES - bytes.length, bytes.length);
            return padded;
        }

        private static byte[] unsigned(BigInteger number) {
            byte[] bytes = number.toByteArray();
            return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
        }

        private static String encode(byte[] bytes) {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }
    }
}
