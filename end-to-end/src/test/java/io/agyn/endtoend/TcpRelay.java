package io.agyn.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP relay to a server that can be interrupted: until it is restored, no connection or byte gets through. */
final class TcpRelay implements AutoCloseable {
    private final URI server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private ServerSocket listener;

    private TcpRelay(URI server) {
        this.server = server;
    }

    static TcpRelay to(Server server) throws IOException {
        TcpRelay relay = new TcpRelay(URI.create(server.baseUrl()));
        relay.listen(0);
        return relay;
    }

    /** The server's base URL through this relay. */
    String baseUrl() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** Closes open connections too. */
    void interrupt() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    void restore() throws IOException {
        listen(listener.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        interrupt();
    }

    private void listen(int port) throws IOException {
        ServerSocket opened = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        listener = opened;
        Thread.ofVirtual().start(() -> accept(opened));
    }

    private void accept(ServerSocket opened) {
        try {
            while (true) {
                Socket near = opened.accept();
                Socket far = new Socket(server.getHost(), server.getPort());
                sockets.add(near);
                sockets.add(far);
                Thread.ofVirtual().start(() -> pass(near, far));
                Thread.ofVirtual().start(() -> pass(far, near));
            }
        } catch (IOException e) {
            // Interrupted.
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // Interrupted, or one end has disconnected.
        }
    }
}
