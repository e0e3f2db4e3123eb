package io.agyn.it;

import io.agyn.proxy.WebSocketCaller;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/**
 * Calls a model through the LLM Proxy of a server, or of a load balancer.
 *
 * @param organization the id of the model's organization, which need not be the caller's home
 */
record ModelCaller(URI address, String token, String organization, String model) {
    static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Cluster.PATIENCE).build();

    ModelCaller(URI address, String token, Organization organization) {
        this(address, token, organization.id(), organization.model());
    }

    ModelCaller withToken(String other) {
        return new ModelCaller(address, other, organization, model);
    }

    ModelCaller withModel(String other) {
        return new ModelCaller(address, token, organization, other);
    }

    /** The status of a call. */
    int call(String requestId) throws IOException, InterruptedException {
        return response(requestId).statusCode();
    }

    HttpResponse<String> response(String requestId) throws IOException, InterruptedException {
        return HTTP.send(request(requestId, false).build(), BodyHandlers.ofString());
    }

    /** The status of a retrieval of a stored response. */
    int retrieve(String id) throws IOException, InterruptedException {
        return HTTP.send(retrieval(id).build(), BodyHandlers.ofString()).statusCode();
    }

    HttpRequest.Builder retrieval(String id) {
        return HttpRequest.newBuilder(address.resolve("/v1/responses/" + id))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Cluster.PATIENCE)
                .header("Authorization", "Bearer " + token)
                .header("x-agyn-organization", organization);
    }

    CompletableFuture<HttpResponse<String>> responseLater(String requestId) {
        return HTTP.sendAsync(request(requestId, false).build(), BodyHandlers.ofString());
    }

    /** Starts a call that streams as a script of the provider says. */
    CompletableFuture<HttpResponse<String>> stream(String requestId, String script) {
        return HTTP.sendAsync(
                request(requestId, true).header("x-scripted", script).build(), BodyHandlers.ofString());
    }

    /** Opens a WebSocket. */
    WebSocketCaller webSocket() {
        return webSocket(HTTP);
    }

    WebSocketCaller webSocket(HttpClient client) {
        return WebSocketCaller.connect(
                client, address, "authorization: Bearer " + token, "x-agyn-organization: " + organization);
    }

    /** The message that starts a response over WebSocket. */
    String message() {
        return WebSocketCaller.create(model);
    }

    HttpRequest.Builder request(String requestId, boolean streams) {
        return HttpRequest.newBuilder(address.resolve("/v1/responses"))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Cluster.PATIENCE)
                .header("Authorization", "Bearer " + token)
                .header("x-agyn-organization", organization)
                .header("X-Request-Id", requestId)
                .POST(BodyPublishers.ofString(
                        "{\"model\":\"%s\",\"stream\":%s,\"input\":\"hi\"}".formatted(model, streams)));
    }
}
