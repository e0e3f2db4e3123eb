import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator wrk: a closed loop of model calls on a number of connections. */
record Wrk(Path folder, int connections) {
    private static final Pattern RATE = Pattern.compile("Requests/sec: +([0-9.]+)");
    private static final Pattern COUNT = Pattern.compile("([0-9]+) requests in");

    record Rate(double perSecond, long count) {}

    /** Sends the same call again and again; fails unless all responses are 2xx. */
    Rate run(URI uri, Duration duration, String json, String token) throws Exception {
        Path script = folder.resolve("post.lua");
        Files.writeString(script, """
                wrk.method = "POST"
                wrk.body = '%s'
                wrk.headers["Content-Type"] = "application/json"
                wrk.headers["Accept"] = "application/json"
                wrk.headers["Authorization"] = "Bearer %s"
                """.formatted(json, token));
        Process wrk;
        try {
            wrk = new ProcessBuilder(
                            "wrk",
                            "-t1",
                            "-c" + connections,
                            "-d" + duration.toSeconds() + "s",
                            "-s",
                            script.toString(),
                            uri + "/v1/responses")
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new Nginx.Missing("wrk is missing: install Debian's package wrk, or your system's.");
        }
        String output = new String(wrk.getInputStream().readAllBytes(), ISO_8859_1);
        Matcher rate = RATE.matcher(output);
        Matcher count = COUNT.matcher(output);
        if (wrk.waitFor() != 0 || output.contains("Non-2xx") || !rate.find() || !count.find()) {
            throw new IOException("wrk: " + output);
        }
        return new Rate(Double.parseDouble(rate.group(1)), Long.parseLong(count.group(1)));
    }
}
