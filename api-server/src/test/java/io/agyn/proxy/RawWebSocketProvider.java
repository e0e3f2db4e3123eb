package io.agyn.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A provider that accepts WebSockets, and sends any bytes then. */
final class RawWebSocketProvider {
    private static final Pattern KEY = Pattern.compile("(?im)^sec-websocket-key: *(\\S+)");
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /** Handles a WebSocket after its handshake; the connection stays open after it. */
    interface Behaviour {
        void serve(Peer peer) throws IOException;
    }

    /** The connection of the proxy to this provider. */
    record Peer(RawProvider.Exchange exchange) {
        /** Reads the payload of the next whole frame. */
        String frame() throws IOException {
            ByteBuffer head = bytes(2);
            long length = head.get(1) & 0x7F;
            if (length == 126) {
                length = bytes(2).getShort() & 0xFFFF;
            } else if (length == 127) {
                length = bytes(8).getLong();
            }
            byte[] mask = bytes(4).array();
            byte[] payload = bytes(Math.toIntExact(length)).array();
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i % 4];
            }
            return new String(payload, ISO_8859_1);
        }

        ByteBuffer bytes(int count) throws IOException {
            byte[] bytes = exchange.in().readNBytes(count);
            if (bytes.length < count) {
                throw new EOFException();
            }
            return ByteBuffer.wrap(bytes);
        }

        /** Sends a text message of less than 64 KiB. */
        void send(String text) throws IOException {
            exchange.send(message(text));
        }

        void sendCompleted(String members) throws IOException {
            send("{\"type\":\"response.completed\",\"response\":{\"id\":\"resp_raw\",\"usage\":{\"input_tokens\":1,"
                    + "\"output_tokens\":1,\"total_tokens\":2}}" + members + "}");
        }
    }

    private RawWebSocketProvider() {}

    static RawProvider start(Behaviour behaviour) throws IOException {
        return RawProvider.start(exchange -> {
            Matcher key = KEY.matcher(exchange.head());
            if (!key.find()) {
                throw new IOException("no WebSocket");
            }
            exchange.send(RawProvider.head(
                    "101 Switching Protocols",
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Accept: " + accepted(key.group(1))));
            behaviour.serve(new Peer(exchange));
            exchange.awaitEnd();
        });
    }

    /** An unmasked text message of less than 64 KiB. */
    static byte[] message(String text) {
        byte[] payload = text.getBytes(US_ASCII);
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 4);
        frame.put((byte) 0x81);
        if (payload.length < 126) {
            frame.put((byte) payload.length);
        } else {
            frame.put((byte) 126).putShort((short) payload.length);
        }
        frame.put(payload).flip();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    private static String accepted(String key) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
