package io.agyn.endtoend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Recorded streams, plain and compressed, in pieces of many sizes. A response through the proxy must have the status, headers
 * and bytes of the same response straight, which runs first.
 */
final class ReplaySuite implements Suite {

    private static final int[] CUTS = IntStream.concat(
                    IntStream.rangeClosed(1, 32), IntStream.of(47, 64, 101, 256, 509, 1024, 4096))
            .toArray();

    /** Headers that differ between two calls, those of the connection, and those that the proxy adds. */
    private static final Set<String> NOT_COMPARED = Set.of(
            "connection",
            "date",
            "keep-alive",
            "request-id",
            "transfer-encoding",
            "x-agyn-request-id",
            "x-content-type-options",
            "x-request-id");

    private static final Call MESSAGE = new Call(
            "/v1/messages",
            "{\"model\":\"claude-opus-5-5\",\"stream\":true,\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
    private static final Call RESPONSE =
            new Call("/v1/responses", "{\"model\":\"gpt-6-astra\",\"stream\":true,\"input\":\"Hi\"}");

    /** Scripts of streams that are recorded here, since OpenAI's SDK has no recorded ones. */
    private static final Map<String, String> RESPONSES =
            Map.of("text", "text=300", "unknown", "unknown;events=5", "usual", "id=resp_recorded");

    private final Path fixtures;
    private final Map<Path, Call> streams = new TreeMap<>();
    private final Map<String, Reply> straight = new HashMap<>();

    private record Call(String path, String body) {}

    private record Reply(int status, Map<String, List<String>> headers, String body) {}

    /**
     * @param fixtures the folder of the provider's fixtures
     * @param sdk a folder in it: Anthropic's SDK, whose tests have recorded streams
     */
    ReplaySuite(ScriptedProvider provider, Path fixtures, Path sdk) throws IOException, InterruptedException {
        this.fixtures = fixtures;
        try (Stream<Path> files = Files.walk(sdk.resolve("tests"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (isStream(file)) {
                    streams.put(file, MESSAGE);
                }
            }
        }
        Path recorded = Files.createDirectories(fixtures.resolve("recorded"));
        try (HttpClient http = HttpClient.newHttpClient()) {
            SuiteSide side =
                    new SuiteSide("recording", provider.origin().toString(), "sk-suites", Path.of("/bin/false"));
            for (Map.Entry<String, String> script : RESPONSES.entrySet()) {
                String body = send(http, side, RESPONSE, script.getValue()).body();
                streams.put(Files.writeString(recorded.resolve(script.getKey() + ".sse"), body, ISO_8859_1), RESPONSE);
            }
        }
    }

    @Override
    public String name() {
        return "Replays of recorded streams";
    }

    @Override
    public boolean mustPass() {
        return true;
    }

    @Override
    public Comparison comparison() {
        return Comparison.EVERYTHING;
    }

    @Override
    public Map<String, Verdict> run(SuiteSide side) throws Exception {
        Map<String, Verdict> verdicts = new TreeMap<>();
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (Map.Entry<Path, Call> stream : streams.entrySet()) {
                String recorded = Files.readString(stream.getKey(), ISO_8859_1);
                String file = fixtures.relativize(stream.getKey()).toString();
                for (boolean gzip : List.of(false, true)) {
                    List<Integer> wrong = new ArrayList<>();
                    for (int cut : CUTS) {
                        String script = "replay=%s;cut=%d%s".formatted(file, cut, gzip ? ";gzip" : "");
                        Reply reply = send(http, side, stream.getValue(), script);
                        Reply expected = straight.computeIfAbsent(script, first -> reply);
                        if (!reply.equals(expected)
                                || reply.status() != 200
                                || !gzip && !reply.body().equals(recorded)) {
                            wrong.add(cut);
                        }
                    }
                    String test = "%s%s in %d sizes".formatted(file, gzip ? ", gzip," : "", CUTS.length);
                    verdicts.put(test, wrong.isEmpty() ? Verdict.PASSED : Verdict.FAILED);
                    if (!wrong.isEmpty()) {
                        System.out.printf("%s, %s: differs in pieces of %s%n", test, side.name(), wrong);
                    }
                }
            }
        }
        return verdicts;
    }

    private static boolean isStream(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (!name.endsWith(".txt") && !name.endsWith(".sse")) {
            return false;
        }
        String text = Files.readString(file, ISO_8859_1);
        return text.startsWith("event: ") || text.startsWith("data: ");
    }

    private static Reply send(HttpClient http, SuiteSide side, Call call, String script)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(side.baseUrl() + call.path()))
                .header("authorization", "Bearer " + side.key())
                .header("content-type", "application/json")
                .header("accept-encoding", script.endsWith("gzip") ? "gzip" : "identity")
                .header("anthropic-version", "2023-06-01")
                .header("x-scripted", script)
                .POST(BodyPublishers.ofString(call.body()))
                .build();
        HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
        Map<String, List<String>> headers = new TreeMap<>();
        response.headers().map().forEach((name, values) -> {
            if (!NOT_COMPARED.contains(name.toLowerCase(Locale.ROOT))) {
                headers.put(name.toLowerCase(Locale.ROOT), values);
            }
        });
        return new Reply(response.statusCode(), headers, new String(response.body(), ISO_8859_1));
    }
}
