package io.agyn.proxy.egress;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An HTTP proxy that resolves all names to this machine, and records the received heads. */
public final class HttpProxyServer implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Queue<String> heads = new ConcurrentLinkedQueue<>();

    public HttpProxyServer() throws IOException {
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket caller = listener.accept();
                    Thread.ofVirtual().start(() -> serve(caller));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    public int port() {
        return listener.getLocalPort();
    }

    public Queue<String> heads() {
        return heads;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void serve(Socket caller) {
        try (caller) {
            String head = head(caller.getInputStream());
            heads.add(head);
            String[] line = head.lines().findFirst().orElseThrow().split(" ");
            if (line[0].equals("CONNECT")) {
                String port = line[1].substring(line[1].lastIndexOf(':') + 1);
                try (Socket server = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port))) {
                    caller.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(UTF_8));
                    Thread back = Thread.ofVirtual().start(() -> copy(server, caller));
                    copy(caller, server);
                    back.join();
                }
            } else {
                caller.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nforwarded".getBytes(UTF_8));
            }
        } catch (IOException | InterruptedException e) {
            // The caller has disconnected.
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(UTF_8).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no head");
            }
            head.write(next);
        }
        return head.toString(UTF_8);
    }

    private static void copy(Socket from, Socket to) {
        try {
            OutputStream out = to.getOutputStream();
            from.getInputStream().transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            // One of them has disconnected.
        }
    }
}
