package io.agyn.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.Header;
import io.agyn.scripted.ReceivedCall;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Headers in both directions: all pass except the connection's and, to the provider, headers that identify the
 * caller.
 */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class HeadersTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Test
    void unknownHeadersPassInTheirOrderAndSpelling() throws Exception {
        ReceivedCall call = receivedWith(
                "User-Agent: agent/1.0 (x; y)",
                "OpenAI-Beta: responses=v1",
                "X-One: 1",
                "x-two: a",
                "X-Stainless-Lang: java",
                "X-One: 2",
                "Accept: text/event-stream",
                "X-Empty:",
                "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "Idempotency-Key: k",
                "X-One: 3, 4");
        assertThat(call.headers())
                .containsSubsequence(
                        new Header("User-Agent", "agent/1.0 (x; y)"),
                        new Header("OpenAI-Beta", "responses=v1"),
                        new Header("X-One", "1"),
                        new Header("x-two", "a"),
                        new Header("X-Stainless-Lang", "java"),
                        new Header("X-One", "2"),
                        new Header("Accept", "text/event-stream"),
                        new Header("X-Empty", ""),
                        new Header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
                        new Header("Idempotency-Key", "k"),
                        new Header("X-One", "3, 4"));
    }

    @Test
    void providerGetsOnlyCallersAndRequiredHeaders() throws Exception {
        ReceivedCall call = receivedWith("X-Mine: 1");
        assertThat(call.headers())
                .extracting(header -> header.name().toLowerCase(Locale.ROOT))
                .containsExactlyInAnyOrder("host", "x-mine", "authorization", "content-length", "cdn-loop");
    }

    @Test
    void connectionHeadersAndThoseItNamesAreDropped() throws Exception {
        ReceivedCall call = receivedWith(
                "Connection: keep-alive, X-Hop",
                "connection: x-other-hop ,",
                "X-Hop: 1",
                "x-other-hop: 1",
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive",
                "Proxy-Authorization: Basic YTpi",
                "TE: trailers",
                "Trailer: X-Sum",
                "Upgrade: foo/2",
                "X-Kept: 1");
        assertDoesNotContain(
                call,
                "connection",
                "x-hop",
                "x-other-hop",
                "keep-alive",
                "proxy-connection",
                "proxy-authorization",
                "te",
                "trailer",
                "upgrade");
        assertThat(call.values("x-kept")).containsExactly("1");
    }

    @Test
    void headersOfCallerAndNetworkAreNotForwarded() throws Exception {
        ReceivedCall call = receivedWith(
                "X-Api-Key: " + SCENE.token(),
                "Cookie: session=1",
                "Forwarded: for=10.0.0.1",
                "Via: 1.1 corporate",
                "X-Forwarded-For: 10.0.0.1",
                "X-Forwarded-Host: inside.example",
                "X-Forwarded-Proto: https",
                "X-Real-IP: 10.0.0.1",
                "X-Agyn-Organization: " + SCENE.organization(),
                "x-agyn-anything: 1",
                "X-Kept: 1");
        assertDoesNotContain(
                call,
                "x-api-key",
                "cookie",
                "forwarded",
                "via",
                "x-forwarded-for",
                "x-forwarded-host",
                "x-forwarded-proto",
                "x-real-ip",
                "x-agyn-organization",
                "x-agyn-anything");
        assertThat(call.headers()).noneMatch(header -> header.value().contains(SCENE.token()));
        assertThat(call.values("x-kept")).containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CF-Ray: 8a-FRA",
                "Cf-Access-Jwt-Assertion: eyJ.alice",
                "CF-Connecting-IPv6: 2001:db8::7",
                "X-Azure-ClientIP: 198.51.100.7",
                "X-Envoy-External-Address: 198.51.100.7",
                "X-Appengine-User-IP: 198.51.100.7",
                "X-Forwarded-Client-Cert: Subject=alice",
                "X-Forwarded-Access-Token: eyJ",
                "X-Auth-Request-Email: alice@acme.example",
                "X-Amzn-Oidc-Data: eyJ",
                "X-Goog-Iap-Jwt-Assertion: eyJ",
                "X-Ms-Client-Principal: eyJ",
                "X-MS-TOKEN-AAD-ACCESS-TOKEN: eyJ",
                "ssl-client-subject-dn: CN=alice"
            })
    void headersOfInfrastructureStayBehind(String header) throws Exception {
        ReceivedCall call = receivedWith(header, "X-Kept: 1");
        assertDoesNotContain(call, header.substring(0, header.indexOf(':')));
        assertThat(call.values("x-kept")).containsExactly("1");
    }

    @Test
    void onlyAgynDeploymentsStayInCdnLoop() throws Exception {
        ReceivedCall call = receivedWith("CDN-Loop: cloudflare; loops=1, agyn-other; x=1", "cdn-loop: fastly");
        assertThat(call.values("cdn-loop")).singleElement().asString().matches("agyn-other, agyn-[0-9a-f-]{36}");
    }

    @Test
    void apiTokenInTheQueryIsDropped() throws Exception {
        String body = Scene.body(SCENE.responses());
        String encoded = SCENE.token().replace("_", "%5F");
        for (String query :
                List.of("?key=" + SCENE.token(), "?a=1&api_key=" + encoded + "&b=%20", "?" + SCENE.token())) {
            SCENE.provider().forget();
            try (RawCaller caller = Scene.connect()) {
                assertThat(caller.send(SCENE.whole("/v1/responses" + query, body))
                                .response()
                                .status())
                        .isEqualTo(200);
            }
            ReceivedCall call = SCENE.received();
            assertThat(call.target()).doesNotContain("agyn").doesNotContain("key");
            if (query.contains("&")) {
                assertThat(call.target()).endsWith("?a=1&b=%20");
            }
        }
    }

    @Test
    void hostIsTheProvidersWithItsPort() throws Exception {
        ReceivedCall call = receivedWith("X-Kept: 1");
        assertThat(call.values("host"))
                .containsExactly(SCENE.provider().origin().getAuthority());
    }

    @Test
    void bearerCredentialIsTheOnlyOne() throws Exception {
        ReceivedCall call = receivedWith();
        assertThat(call.values("authorization")).containsExactly("Bearer " + Scene.CREDENTIAL);
        assertDoesNotContain(call, "x-api-key");
    }

    @Test
    void xApiKeyCredentialIsTheOnlyOne() throws Exception {
        try (RawCaller caller = Scene.connect()) {
            assertThat(caller.send(SCENE.whole("/v1/messages", Scene.body(SCENE.messages())))
                            .response()
                            .status())
                    .isEqualTo(200);
        }
        ReceivedCall call = SCENE.received();
        assertThat(call.values("x-api-key")).containsExactly(Scene.CREDENTIAL);
        assertDoesNotContain(call, "authorization");
    }

    @Test
    void customHeadersWinOverTheCallers() throws Exception {
        SCENE.provider().accept();
        String model = SCENE.model(
                SCENE.provider().origin() + "/v1",
                "responses",
                "custom_headers",
                Map.of(
                        "custom_headers",
                        Map.of("Api-Key", "k1", "X-Tenant", "ours", "OpenAI-Organization", "org-ours")));
        try (RawCaller caller = Scene.connect()) {
            assertThat(caller.send(SCENE.whole(
                                    "/v1/responses",
                                    Scene.body(model),
                                    "api-key: theirs",
                                    "X-TENANT: theirs",
                                    "X-Tenant: again",
                                    "openai-organization: org-theirs"))
                            .response()
                            .status())
                    .isEqualTo(200);
        }
        ReceivedCall call = SCENE.received();
        assertThat(call.values("api-key")).containsExactly("k1");
        assertThat(call.values("x-tenant")).containsExactly("ours");
        assertThat(call.values("openai-organization")).containsExactly("org-ours");
        assertDoesNotContain(call, "authorization", "x-api-key");
    }

    @Test
    void connectionHeaderCannotRemoveTheCredentials() throws Exception {
        ReceivedCall call = receivedWith("Connection: authorization, host, content-length, x-kept", "X-Kept: 1");
        assertThat(call.values("authorization")).containsExactly("Bearer " + Scene.CREDENTIAL);
        assertThat(call.text()).isEqualTo(Scene.body("gpt-4o"));
        assertDoesNotContain(call, "x-kept");
    }

    @Test
    void providerHeadersPassInTheirOrderAndSpelling() throws Exception {
        String body = "{\"error\":{}}";
        try (RawProvider provider = RawProvider.respondingWith(RawProvider.head(
                        "418 I'm a teapot",
                        "Content-Type: application/json; x=1",
                        "X-Request-Id: req_1",
                        "request-id: req_2",
                        "Set-Cookie: a=1; Path=/",
                        "Set-Cookie: b=2",
                        "Strict-Transport-Security: max-age=1",
                        "Alt-Svc: h3=\":443\"",
                        "Clear-Site-Data: \"*\"",
                        "Access-Control-Allow-Origin: *",
                        "X-Echo: key " + Scene.CREDENTIAL,
                        "Retry-After: 7",
                        "x-ratelimit-remaining-requests: 0",
                        "X-Agyn-Thing: theirs",
                        "X-Models-Etag: theirs",
                        "Via: 1.1 their-proxy",
                        "Date: Mon, 01 Jan 2024 00:00:00 GMT",
                        "Server: theirs",
                        "Connection: X-Hop",
                        "X-Hop: 1",
                        "Keep-Alive: timeout=1",
                        "Proxy-Authenticate: Basic",
                        "Upgrade: h2c",
                        "Content-Length: " + body.length())
                + body)) {
            String model = SCENE.responsesModel(provider.origin());
            try (RawCaller caller = Scene.connect()) {
                RawCaller.Response response = caller.send(SCENE.whole("/v1/responses", Scene.body(model)))
                        .response();
                assertThat(response.status()).isEqualTo(418);
                assertThat(response.body()).isEqualTo(body);
                assertThat(response.head())
                        .containsSubsequence(
                                "Content-Type: application/json; x=1",
                                "X-Request-Id: req_1",
                                "request-id: req_2",
                                "Retry-After: 7",
                                "x-ratelimit-remaining-requests: 0",
                                "Via: 1.1 their-proxy",
                                "Date: Mon, 01 Jan 2024 00:00:00 GMT",
                                "Server: theirs");
                for (String name : List.of(
                        "connection",
                        "x-hop",
                        "keep-alive",
                        "proxy-authenticate",
                        "upgrade",
                        "set-cookie",
                        "strict-transport-security",
                        "alt-svc",
                        "x-models-etag",
                        "clear-site-data",
                        "access-control-allow-origin",
                        "x-echo")) {
                    assertThat(response.values(name)).as(name).isEmpty();
                }
                assertThat(response.values("x-agyn-request-id")).hasSize(1);
                assertThat(response.values("x-content-type-options")).containsExactly("nosniff");
            }
        }
    }

    @Test
    void responseWithoutABodyStaysWithoutOne() throws Exception {
        try (RawProvider provider = RawProvider.respondingWith(RawProvider.head("204 No Content", "X-A: 1"))) {
            String model = SCENE.responsesModel(provider.origin());
            try (RawCaller caller = Scene.connect()) {
                for (int i = 0; i < 2; i++) {
                    RawCaller.Response response = caller.send(SCENE.whole("/v1/responses", Scene.body(model)))
                            .response();
                    assertThat(response.status()).isEqualTo(204);
                    assertThat(response.values("transfer-encoding")).isEmpty();
                    assertThat(response.values("x-a")).containsExactly("1");
                }
            }
        }
    }

    /** The provider's view of a call with these headers and the token. */
    private static ReceivedCall receivedWith(String... headers) throws Exception {
        try (RawCaller caller = Scene.connect()) {
            RawCaller.Response response = caller.send(
                            SCENE.whole("/v1/responses", Scene.body(SCENE.responses()), headers))
                    .response();
            assertThat(response.status()).as(response.body()).isEqualTo(200);
        }
        return SCENE.received();
    }

    private static void assertDoesNotContain(ReceivedCall call, String... names) {
        for (String name : names) {
            assertThat(call.values(name)).as(name).isEmpty();
        }
    }
}
