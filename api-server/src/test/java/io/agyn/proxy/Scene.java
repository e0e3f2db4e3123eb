package io.agyn.proxy;

import static io.agyn.testing.Api.asAdmin;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.agyn.scripted.Header;
import io.agyn.scripted.Options;
import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import io.agyn.testing.Api;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The setup of a test of the proxy: an organization, a token bound to it, and a model of each protocol at a scripted
 * provider that takes one credential alone. The provider is the class's, and forgets its calls before each test.
 */
final class Scene implements BeforeEachCallback, AfterAllCallback {
    /** Longer than any successful step takes, and short enough to wait for a failing one. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration LOADED = Duration.ofSeconds(15);

    static final String CREDENTIAL = "sk-of-the-provider";

    // The class's, so that a test whose calls follow one another keeps one connection.
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    private final Options options;
    private ScriptedProvider provider;
    private String organization;
    private String token;
    private String responses;
    private String messages;

    Scene() {
        this(Options.defaults());
    }

    Scene(Options options) {
        this.options = options;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (provider == null) {
            provider = ScriptedProvider.start(options);
            organization = Api.organization();
            token = Api.tokenBoundTo(organization);
            responses = responsesModel(provider.origin() + "/v1");
            messages = messagesModel(provider.origin() + "/v1");
        }
        provider.accept(new Header("authorization", "Bearer " + CREDENTIAL), new Header("x-api-key", CREDENTIAL));
        provider.script("");
        provider.forget();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        client.shutdownNow();
        if (provider != null) {
            provider.close();
        }
    }

    ScriptedProvider provider() {
        return provider;
    }

    String organization() {
        return organization;
    }

    String token() {
        return token;
    }

    /** The name of a model that speaks Responses, by bearer. */
    String responses() {
        return responses;
    }

    /** The name of a model that speaks Anthropic's Messages, by x-api-key. */
    String messages() {
        return messages;
    }

    /** A fresh model's name at another endpoint that speaks Responses. */
    String responsesModel(String endpoint) {
        return model(endpoint, "responses", "bearer", Map.of("token", CREDENTIAL));
    }

    /** A fresh model's name at another endpoint that speaks Messages. */
    String messagesModel(String endpoint) {
        return model(endpoint, "anthropic_messages", "x_api_key", Map.of("token", CREDENTIAL));
    }

    /** The name of a new model with a separate provider. */
    String model(String endpoint, String protocol, String authMethod, Map<String, ?> credentials) {
        Map<String, Object> body = new HashMap<>(Api.providerBody(authMethod, credentials));
        body.put("endpoint", endpoint);
        body.put("protocol", protocol);
        String id = asAdmin()
                .body(body)
                .post("/organizations/{id}/llm-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        return name(organization, Api.model(organization, id));
    }

    /** The name of a model with an id. */
    static String name(String organization, String model) {
        return Api.get("/organizations/{org}/models/{id}", organization, model)
                .extract()
                .path("name");
    }

    /** A body that calls a model of either protocol, with the members that are given. */
    static String body(String model, String... members) {
        return "{\"model\":\"" + model + "\",\"input\":\"Hi\",\"messages\":[]"
                + (members.length == 0 ? "" : "," + String.join(",", members)) + "}";
    }

    /** Calls with the scene's token. */
    HttpResponse<byte[]> post(String path, String body, String... headers) {
        return send(request(path, body, headers).header("authorization", "Bearer " + token));
    }

    /** Calls without a token. */
    HttpResponse<byte[]> postWithoutToken(String path, String body, String... headers) {
        return send(request(path, body, headers));
    }

    /** Calls by another method than POST. */
    HttpResponse<byte[]> call(String method, String path, String... headers) {
        return send(request(path, "", headers)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("authorization", "Bearer " + token));
    }

    /** A new connection to the proxy. */
    static RawCaller connect() throws IOException {
        return new RawCaller(RestAssured.port);
    }

    /** The head of a call with the scene's token, with its last empty line. */
    String head(String path, String... lines) {
        StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: proxy.example\r\n");
        head.append("Authorization: Bearer ").append(token).append("\r\n");
        for (String line : lines) {
            head.append(line).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    /** A whole call. */
    String whole(String path, String body, String... lines) {
        String[] all = Arrays.copyOf(lines, lines.length + 1);
        all[lines.length] = "Content-Length: " + body.getBytes(UTF_8).length;
        return head(path, all) + body;
    }

    /** The only call that the provider has received, with all of its body. */
    ReceivedCall received() throws InterruptedException {
        ReceivedCall call = provider.await(ReceivedCall::bodyEnded, PATIENCE);
        if (provider.received().size() != 1) {
            throw new AssertionError("Not one call, but " + provider.received());
        }
        return call;
    }

    /** Waits until the only response grows no more since nobody reads it; returns the length of the sent part. */
    long awaitStalled() {
        AtomicLong last = new AtomicLong();
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(400))
                .until(
                        () -> provider.received().stream()
                                .mapToLong(ReceivedCall::responseBytes)
                                .sum(),
                        now -> now > 0 && last.getAndSet(now) == now);
    }

    /** The record of a call, once it is in the database. */
    Map<String, Object> record(HttpResponse<byte[]> response) {
        String requestId = response.headers().firstValue("x-agyn-request-id").orElseThrow();
        return await().atMost(LOADED)
                .until(
                        () -> asAdmin()
                                .get("/organizations/{id}/usage/records?page_size=100", organization)
                                .jsonPath()
                                .<Map<String, Object>>get("items.find { it.request_id == '" + requestId + "' }"),
                        found -> found != null);
    }

    static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + RestAssured.port + path);
    }

    static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), UTF_8);
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new AssertionError("No response: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** A request to the proxy. */
    static HttpRequest.Builder request(String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .header("content-type", "application/json");
        for (String header : List.of(headers)) {
            int colon = header.indexOf(": ");
            request.header(header.substring(0, colon), header.substring(colon + 2));
        }
        return request;
    }
}
