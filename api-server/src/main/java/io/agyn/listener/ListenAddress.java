package io.agyn.listener;

import io.agyn.settings.OperatorException;
import io.agyn.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;

/** The address and port to listen on. */
public final class ListenAddress {
    private ListenAddress() {}

    /**
     * Checks early that the server can listen; otherwise, it would fail at the end of the start.
     *
     * @throws OperatorException if it cannot
     */
    public static void requireFree(Settings.Http settings) {
        try (ServerSocket socket = new ServerSocket()) {
            // As the listener does; otherwise, connections of the previous server would block the port.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(settings.host()), settings.port()));
        } catch (IOException e) {
            throw cannotListen(settings, e);
        }
    }

    /** Returns the error for an unavailable address. */
    public static OperatorException cannotListen(Settings.Http settings, Throwable cause) {
        String host = settings.host();
        int port = settings.port();
        if (port == 0 || !isOfThisMachine(host)) {
            return new OperatorException(
                    "AGYN_HTTP_HOST is \"" + host
                            + "\", which is not an address of this machine: correct it, or remove it to use 127.0.0.1.",
                    cause);
        }
        return new OperatorException(
                "Port " + port + " of " + host + " cannot be listened on: another program uses it, or"
                        + " this user lacks permission; stop that program, or set AGYN_HTTP_PORT to another port.",
                cause);
    }

    private static boolean isOfThisMachine(String host) {
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isAnyLocalAddress()
                    || address.isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (UnknownHostException | SocketException e) {
            return false;
        }
    }
}
