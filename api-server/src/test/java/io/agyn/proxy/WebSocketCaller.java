package io.agyn.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;

/** A caller's WebSocket to the proxy, by the JDK's client. */
public final class WebSocketCaller implements WebSocket.Listener, AutoCloseable {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Set<String> LAST =
            Set.of("response.completed", "response.incomplete", "response.failed", "error");

    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder message = new StringBuilder();
    private WebSocket socket;

    private WebSocketCaller() {}

    /** @param headers such as {@code authorization: Bearer agyn_1} */
    static WebSocketCaller connect(String... headers) {
        return connect(CLIENT, Scene.uri(""), headers);
    }

    /** Connects to a server at an http or https origin. */
    public static WebSocketCaller connect(HttpClient client, URI origin, String... headers) {
        WebSocketCaller caller = new WebSocketCaller();
        WebSocket.Builder builder = client.newWebSocketBuilder().connectTimeout(Scene.PATIENCE);
        for (String header : headers) {
            int colon = header.indexOf(": ");
            builder.header(header.substring(0, colon), header.substring(colon + 2));
        }
        URI uri = URI.create(origin.resolve("/v1/responses").toString().replaceFirst("http", "ws"));
        caller.socket = builder.buildAsync(uri, caller).join();
        return caller;
    }

    /** The status with which an upgrade is rejected. */
    static int rejection(String... headers) {
        try {
            connect(headers).close();
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException rejected) {
                return rejected.getResponse().statusCode();
            }
            throw e;
        }
        throw new AssertionError("accepted");
    }

    /** A WebSocket of a caller that sends raw bytes. */
    static RawCaller raw(String token) throws IOException {
        RawCaller caller = Scene.connect();
        caller.send("GET /v1/responses HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Authorization: Bearer " + token + "\r\n\r\n");
        if (caller.response().status() != 101) {
            throw new AssertionError("rejected");
        }
        return caller;
    }

    /** The bytes of a text message of less than 126 bytes. A mask of zeros leaves it as it is. */
    static byte[] frame(String text) {
        return ("\u0081" + (char) (0x80 | text.length()) + "\0\0\0\0" + text).getBytes(ISO_8859_1);
    }

    public static String create(String model, String... members) {
        return "{\"type\":\"response.create\",\"model\":\"" + model + "\",\"input\":\"Hi\""
                + (members.length == 0 ? "" : "," + String.join(",", members)) + "}";
    }

    public void send(String text) {
        socket.sendText(text, true).join();
    }

    void send(String text, boolean isLast) {
        socket.sendText(text, isLast).join();
    }

    public WebSocket socket() {
        return socket;
    }

    public String next() throws InterruptedException {
        String next = messages.poll(Scene.PATIENCE.toSeconds(), SECONDS);
        if (next == null) {
            throw new AssertionError("no message" + (closed.isDone() ? ", but closed with " + closed.join() : ""));
        }
        return next;
    }

    /** Reads up to the last event of a response. */
    List<JsonObject> response() throws InterruptedException {
        List<JsonObject> events = new ArrayList<>();
        do {
            events.add(new JsonObject(next()));
        } while (!LAST.contains(events.getLast().getString("type")));
        return events;
    }

    /** Reads the last event of a response. */
    public JsonObject last() throws InterruptedException {
        return response().getLast();
    }

    public int closeCode() throws Exception {
        return closed.get(Scene.PATIENCE.toSeconds(), SECONDS);
    }

    boolean hasMessage() {
        return !messages.isEmpty();
    }

    @Override
    public void onOpen(WebSocket opened) {
        opened.request(Long.MAX_VALUE);
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
        message.append(data);
        if (isLast) {
            messages.add(message.toString());
            message.setLength(0);
        }
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
        closed.complete(1006);
    }

    @Override
    public void close() {
        socket.abort();
    }
}
