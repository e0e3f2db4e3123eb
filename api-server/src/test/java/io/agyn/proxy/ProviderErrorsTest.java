package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.Header;
import io.agyn.scripted.ScriptedProvider;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The errors that callers get if a provider rejects a call or does not respond. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class ProviderErrorsTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 429, 500, 529})
    void providerErrorsPassUnchanged(int status) throws Exception {
        SCENE.provider().script("status=" + status + ";retry-after=7");
        for (String path : List.of("/v1/responses", "/v1/messages")) {
            String model = path.equals("/v1/responses") ? SCENE.responses() : SCENE.messages();
            HttpResponse<byte[]> passed = SCENE.post(path, body(model, "\"stream\":true"));
            HttpResponse<String> direct = direct(path, body("gpt-4o", "\"stream\":true"));
            assertThat(passed.statusCode()).isEqualTo(status).isEqualTo(direct.statusCode());
            assertThat(withoutIds(text(passed))).isEqualTo(withoutIds(direct.body()));
            assertThat(passed.headers().allValues("retry-after")).containsExactly("7");
            assertThat(passed.headers().allValues("content-type"))
                    .isEqualTo(direct.headers().allValues("content-type"));
        }
    }

    @Test
    void rejectedCredentialIsReportedByTheProvider() {
        SCENE.provider().accept(new Header("authorization", "Bearer another"));
        HttpResponse<byte[]> response = SCENE.post("/v1/responses", body(SCENE.responses()));
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(text(response)).contains("Incorrect API key").doesNotContain(Scene.CREDENTIAL);
    }

    @Test
    void redirectIsNeitherFollowedNorForwarded() {
        try (ScriptedProvider elsewhere = ScriptedProvider.start()) {
            HttpResponse<byte[]> response = SCENE.post(
                    "/v1/responses",
                    body(SCENE.responses()),
                    "x-scripted: redirect=" + elsewhere.origin() + "/v1/responses");
            assertRejected(response, "redirects calls", elsewhere.origin().toString());
            assertThat(response.headers().firstValue("location")).isEmpty();
            assertThat(response.headers().firstValue("x-agyn-error")).contains("provider_redirects");
            assertThat(elsewhere.received()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 303, 305, 307, 308})
    void everyRedirectIsAnError(int status) throws Exception {
        try (RawProvider provider = RawProvider.respondingWith(
                RawProvider.head(status + " Elsewhere", "Location: /v1/other", "Content-Length: 2") + "{}")) {
            assertRejected(
                    SCENE.post("/v1/responses", body(SCENE.responsesModel(provider.origin()))), "redirects calls");
        }
    }

    @Test
    void stoppedProviderIsUnreachable() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = closed.getLocalPort();
        }
        String endpoint = "http://127.0.0.1:" + port;
        HttpResponse<byte[]> openAi = SCENE.post("/v1/responses", body(SCENE.responsesModel(endpoint)));
        assertRejected(openAi, "check its endpoint", "127.0.0.1", Integer.toString(port));
        JsonObject error = new JsonObject(text(openAi)).getJsonObject("error");
        assertThat(error.getString("type")).isEqualTo("server_error");
        assertThat(error.getString("code")).isEqualTo("provider_unreachable");

        HttpResponse<byte[]> anthropic = SCENE.post("/v1/messages", body(SCENE.messagesModel(endpoint)));
        assertRejected(anthropic, "check its endpoint", "127.0.0.1", Integer.toString(port));
        assertThat(new JsonObject(text(anthropic)).getJsonObject("error").getString("type"))
                .isEqualTo("api_error");
    }

    @Test
    void unknownHostIsNamedAsTheReason() {
        assertRejected(
                SCENE.post("/v1/responses", body(SCENE.responsesModel("http://nowhere.invalid/v1"))), "host name");
    }

    @Test
    void providerWithoutTlsHasItsOwnError() {
        String endpoint = SCENE.provider().origin().toString().replace("http:", "https:");
        assertRejected(SCENE.post("/v1/responses", body(SCENE.responsesModel(endpoint))), "TLS", "127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254",
                "http://169.254.1.1/v1",
                "http://2852039166",
                "http://0xa9fea9fe",
                "http://0251.0376.0251.0376",
                "http://[::ffff:169.254.169.254]",
                "http://[::ffff:a9fe:a9fe]:80",
                "http://[fe80::1]",
                "http://0.0.0.0",
                "https://[fd00:ec2::254]",
            })
    void metadataServiceIsNeverCalled(String endpoint) {
        assertRejected(
                SCENE.post(
                        "/v1/responses",
                        body(SCENE.responsesModel(
                                endpoint))), // Hexadecimal and octal ones are no address to the JDK, and no name to
                // anybody.
                "is not (called|found)",
                "169.254.",
                "fe80");
    }

    @Test
    void connectionClosedBeforeTheResponseIsBrokenOff() throws Exception {
        try (RawProvider provider = RawProvider.start(exchange -> {
            exchange.body();
            exchange.socket().close();
        })) {
            HttpResponse<byte[]> response = SCENE.post("/v1/responses", body(SCENE.responsesModel(provider.origin())));
            assertRejected(response, "closed the connection", "127.0.0.1");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "this is no HTTP\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\n{}{}",
                "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nX-A\0: 1\r\nContent-Length: 2\r\n\r\n{}",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            })
    void responseThatIsNotHttpIsTheProvidersFault(String response) throws Exception {
        try (RawProvider provider = RawProvider.respondingWith(response)) {
            HttpResponse<byte[]> got = SCENE.post("/v1/responses", body(SCENE.responsesModel(provider.origin())));
            assertThat(got.statusCode()).as(text(got)).isEqualTo(502);
        }
    }

    @Test
    void interimResponsesAreNotTheFinalResponse() throws Exception {
        String interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
        try (RawProvider provider =
                RawProvider.respondingWith(interim + RawProvider.head("200 OK", "Content-Length: 2") + "{}")) {
            HttpResponse<byte[]> got = SCENE.post("/v1/responses", body(SCENE.responsesModel(provider.origin())));
            assertThat(got.statusCode()).as(text(got)).isEqualTo(200);
            assertThat(text(got)).isEqualTo("{}");
        }
    }

    /** Names the provider and the remedy, without details that callers must not see. */
    private static void assertRejected(HttpResponse<byte[]> response, String saysToo, String... saysNot) {
        assertThat(response.statusCode()).as(text(response)).isEqualTo(502);
        String message = new JsonObject(text(response)).getJsonObject("error").getString("message");
        assertThat(message).contains("The LLM provider provider-").containsPattern(saysToo);
        for (String never : saysNot) {
            assertThat(message).doesNotContain(never);
        }
        assertThat(text(response)).doesNotContain(Scene.CREDENTIAL, SCENE.token(), "Exception", "io.");
    }

    private static HttpResponse<String> direct(String path, String body) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(SCENE.provider().origin() + path))
                            .header("authorization", "Bearer " + Scene.CREDENTIAL)
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .timeout(Scene.PATIENCE)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static String withoutIds(String text) {
        return text.replaceAll("req_[A-Za-z0-9]+", "req_");
    }
}
