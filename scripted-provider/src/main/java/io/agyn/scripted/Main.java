package io.agyn.scripted;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Runs a {@link ScriptedProvider} that records nothing, and prints where it listens. */
public final class Main {

    private static final String USAGE = """
            Usage: java -jar agyn-scripted-provider.jar [options]
              --host ADDRESS               default 127.0.0.1
              --port N                     default 0: a free port
              --accept 'NAME: VALUE'       a credential; may be repeated; by default all are accepted
              --script SCRIPT              for calls without a script
              --event-loops N              default 1
              --tls CERTIFICATE KEY        PEM files
              --no-http2
              --no-websocket STATUS        refuses WebSockets with this status
              --lenient                    requests need no model, deleted objects stay
              --models ID,ID               the model list
              --fixtures DIR               recorded streams, for replay=FILE""";

    private Main() {}

    /** Runs until the process is stopped. */
    // Callers wait for the origin on standard output.
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
        ScriptedProvider provider;
        try {
            provider = start(new ArrayDeque<>(List.of(arguments)));
        } catch (IllegalArgumentException | IllegalStateException e) {
            System.err.println(e.getMessage());
            System.err.println(USAGE);
            System.exit(2);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(provider::close));
        System.out.println(provider.origin());
    }

    private static ScriptedProvider start(Deque<String> arguments) {
        Options options = Options.defaults().withoutRecording();
        List<Header> credentials = new ArrayList<>();
        String script = "";
        while (!arguments.isEmpty()) {
            String name = arguments.removeFirst();
            switch (name) {
                case "--host" -> options = options.withHost(value(name, arguments));
                case "--port" -> options = options.withPort(number(name, arguments));
                case "--accept" -> credentials.add(Header.parse(value(name, arguments)));
                case "--script" -> script = value(name, arguments);
                case "--event-loops" -> options = options.withEventLoops(number(name, arguments));
                case "--tls" ->
                    options = options.withTls(Path.of(value(name, arguments)), Path.of(value(name, arguments)));
                case "--no-http2" -> options = options.withoutHttp2();
                case "--no-websocket" -> options = options.withoutWebSocket(number(name, arguments));
                case "--lenient" -> options = options.asLenient();
                case "--models" ->
                    options = options.withModels(List.of(value(name, arguments).split(",")));
                case "--fixtures" -> options = options.withFixtures(Path.of(value(name, arguments)));
                default -> throw new IllegalArgumentException("Unknown option " + name);
            }
        }
        // Parsed before the start, so that an invalid script leaves nothing running.
        Script.parse(script);
        ScriptedProvider provider = ScriptedProvider.start(options.withCredentials(credentials.toArray(Header[]::new)));
        provider.script(script);
        return provider;
    }

    private static int number(String name, Deque<String> arguments) {
        String value = value(name, arguments);
        if (!value.matches("\\d{1,5}")) {
            throw new IllegalArgumentException(name + " must be a number, not " + value);
        }
        return Integer.parseInt(value);
    }

    private static String value(String name, Deque<String> arguments) {
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException(name + " needs a value");
        }
        return arguments.removeFirst();
    }
}
