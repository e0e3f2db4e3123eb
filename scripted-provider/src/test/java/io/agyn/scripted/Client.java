package io.agyn.scripted;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/** The HTTP client of the tests. */
final class Client {

    static final String RESPONSES = "/v1/responses";
    static final String MESSAGES = "/v1/messages";
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    private final URI origin;

    Client(ScriptedProvider provider) {
        origin = provider.origin();
    }

    static String body(boolean stream) {
        return "{\"model\":\"m-1\",\"stream\":%s}".formatted(stream);
    }

    HttpRequest.Builder request(String path, String body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(origin.resolve(path)).timeout(PATIENCE).POST(BodyPublishers.ofString(body));
        return headers.length == 0 ? request : request.headers(headers);
    }

    HttpResponse<String> send(String path, String body, String... headers) throws IOException, InterruptedException {
        return HTTP.send(request(path, body, headers).build(), BodyHandlers.ofString());
    }

    HttpResponse<byte[]> scripted(String script, String path, boolean stream) throws IOException, InterruptedException {
        return HTTP.send(request(path, body(stream), "x-scripted", script).build(), BodyHandlers.ofByteArray());
    }

    JsonObject json(String path, String body, String... headers) throws IOException, InterruptedException {
        return new JsonObject(send(path, body, headers).body());
    }

    /** Sends a request of any method; the body may be empty. */
    HttpResponse<String> call(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return HTTP.send(
                request(path, "", headers)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    JsonObject get(String path, String... headers) throws IOException, InterruptedException {
        return new JsonObject(call("GET", path, "", headers).body());
    }

    /** Parses the events of a streamed response; fails if an event's name differs from its data's type. */
    List<JsonObject> events(String path, String body, String... headers) throws IOException, InterruptedException {
        return events(send(path, body, headers).body());
    }

    static List<JsonObject> events(String stream) {
        return List.of(stream.split("\n\n")).stream()
                .map(event -> {
                    String[] lines = event.split("\ndata: ", 2);
                    JsonObject data = new JsonObject(lines[1]);
                    if (!lines[0].equals("event: " + data.getString("type"))) {
                        throw new AssertionError(event);
                    }
                    return data;
                })
                .toList();
    }

    static List<String> types(List<JsonObject> events) {
        return events.stream().map(event -> event.getString("type")).toList();
    }

    /** Sends a call over a raw socket, for details that an HTTP client hides. */
    Socket socket(String path, boolean stream, String script) throws IOException {
        Socket socket = new Socket(origin.getHost(), origin.getPort());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        String body = body(stream);
        socket.getOutputStream()
                .write("POST %s HTTP/1.1\r\nHost: here\r\nx-scripted: %s\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(path, script, body.length(), body)
                        .getBytes(UTF_8));
        return socket;
    }
}
