import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Measures the memory of 10,000 idle WebSockets without TLS: after the upgrade, and after one response each, which opens a WebSocket
 * to the provider.
 *
 * <p>{@code java bench/WebSockets.java [connections]}. Run by {@code make bench}, which builds the scripted provider first.
 */
final class WebSockets {
    private static final int BOUND_MIB = 500;
    private static final Duration IDLE = Duration.ofSeconds(20);
    private static final String MESSAGE =
            "{\"type\":\"response.create\",\"model\":\"" + Agyn.MODEL + "\",\"store\":false,\"input\":\"Hi\"}";

    private WebSockets() {}

    public static void main(String... arguments) throws Exception {
        // Each takes two files of the server.
        int connections = arguments.length == 0 ? 10_000 : Integer.parseInt(arguments[0]);
        Process provider = startProvider();
        List<Socket> callers = new ArrayList<>();
        try (Scratch scratch = Scratch.make()) {
            String origin = provider.inputReader().readLine();
            try (Agyn agyn = Agyn.start(scratch.resolve("agyn"), URI.create(origin + "/v1"))) {
                long before = agyn.residentMiB();
                for (int i = 0; i < connections; i++) {
                    callers.add(connect(agyn));
                }
                Thread.sleep(IDLE);
                long open = agyn.residentMiB();
                int completed = 0;
                for (Socket caller : callers) {
                    completed += respond(caller) ? 1 : 0;
                }
                Thread.sleep(IDLE);
                long used = agyn.residentMiB();
                Report.print(List.of(
                        Report.row(
                                "%,d idle WebSockets".formatted(connections),
                                "≤ %d MiB".formatted(BOUND_MIB),
                                "%d MiB (%d before)".formatted(open, before),
                                open <= BOUND_MIB),
                        Report.row(
                                "%,d idle WebSockets after a response each".formatted(connections),
                                "≤ %d MiB".formatted(BOUND_MIB),
                                "%d MiB; %,d responses completed".formatted(used, completed),
                                used <= BOUND_MIB && completed == connections)));
            }
        } finally {
            for (Socket caller : callers) {
                caller.close();
            }
            provider.destroy();
        }
        System.exit(0);
    }

    private static Process startProvider() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("scripted-provider/target"))) {
            Path jar = files.filter(file -> file.getFileName().toString().matches("agyn-scripted-provider-.*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("The scripted provider is not built: run make build."));
            return new ProcessBuilder(
                            "bash",
                            "-c",
                            "ulimit -Sn $(ulimit -Hn); exec \"$0\" --sun-misc-unsafe-memory-access=allow -jar \"$1\"",
                            System.getProperty("java.home") + "/bin/java",
                            jar.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        }
    }

    private static Socket connect(Agyn agyn) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", agyn.uri().getPort()));
        socket.setSoTimeout(30_000);
        socket.getOutputStream()
                .write(("GET /v1/responses HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                + "Authorization: Bearer " + agyn.token() + "\r\n\r\n")
                        .getBytes(ISO_8859_1));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("No upgrade: " + head);
            }
            head.append((char) next);
        }
        if (!head.toString().startsWith("HTTP/1.1 101")) {
            throw new IOException("No upgrade: " + head);
        }
        return socket;
    }

    /** Creates a response, and reads its events up to the last one. */
    private static boolean respond(Socket caller) {
        try {
            // A mask of zeros leaves the text as it is.
            String frame = "\u0081" + (char) (0x80 | MESSAGE.length()) + "\0\0\0\0" + MESSAGE;
            caller.getOutputStream().write(frame.getBytes(ISO_8859_1));
            DataInputStream events = new DataInputStream(caller.getInputStream());
            while (true) {
                int opcode = events.readUnsignedByte() & 0xF;
                int length = events.readUnsignedByte();
                byte[] payload = new byte[length == 126 ? events.readUnsignedShort() : length];
                events.readFully(payload);
                String text = new String(payload, ISO_8859_1);
                if (opcode == 8 || text.contains("\"type\":\"error\"")) {
                    return false;
                }
                if (text.contains("\"type\":\"response.completed\"")) {
                    return true;
                }
            }
        } catch (IOException e) {
            return false;
        }
    }
}
