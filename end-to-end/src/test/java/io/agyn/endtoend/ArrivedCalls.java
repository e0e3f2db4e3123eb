package io.agyn.endtoend;

import io.agyn.scripted.Header;
import io.agyn.scripted.ReceivedCall;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The calls of a suite as they arrived at the provider, to compare those of both sides. */
final class ArrivedCalls {

    /** Headers of the connection and of credentials, headers that the proxy adds, and the encodings that it can meter. */
    private static final Set<String> NOT_COMPARED = Set.of(
            "accept-encoding",
            "authorization",
            "cdn-loop",
            "connection",
            "content-length",
            "host",
            "keep-alive",
            "te",
            "traceparent",
            "tracestate",
            "transfer-encoding",
            "upgrade",
            "via",
            "x-api-key",
            "x-request-id");

    /** Random ids of the provider and of the SDKs. */
    private static final Pattern RANDOM = Pattern.compile("[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /** The organization's default model, which the proxy adds to calls without a model. */
    private static final Pattern DEFAULT_MODEL = Pattern.compile("^\\{\"model\":\"gpt-6-astra\",?");

    private static final int SHOWN = 80;

    private ArrivedCalls() {}

    /** The distinct calls; the proxy itself lists the models. */
    static Map<String, Verdict> of(List<ReceivedCall> calls, Suite.Comparison comparison) {
        boolean everything = comparison == Suite.Comparison.EVERYTHING;
        Map<String, Long> counts = calls.stream()
                .filter(call -> !call.target().startsWith("/v1/models"))
                // Agents' probes do not arrive: the proxy responds to HEAD, and connects for the first message of a
                // WebSocket.
                .filter(call -> everything || call.body().length > 0)
                .map(call -> everything ? describe(call) : outline(call))
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
        Map<String, Verdict> verdicts = new TreeMap<>();
        counts.forEach((call, count) -> {
            String number = everything ? count + " times " : "";
            verdicts.put(number + call, Verdict.PASSED);
        });
        return verdicts;
    }

    private static String outline(ReceivedCall call) {
        return "%s %s (%s)".formatted(call.method(), call.target(), headers(call, Header::name));
    }

    private static String headers(ReceivedCall call, Function<Header, String> description) {
        return call.headers().stream()
                .map(header -> new Header(header.name().toLowerCase(Locale.ROOT), header.value()))
                .filter(header -> isCompared(header.name()))
                .map(description)
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String describe(ReceivedCall call) {
        String whole = new String(call.body(), StandardCharsets.ISO_8859_1);
        String body =
                RANDOM.matcher(DEFAULT_MODEL.matcher(whole).replaceFirst("{")).replaceAll("random");
        String target = RANDOM.matcher(call.target()).replaceAll("random");
        String headers = headers(call, ArrivedCalls::describe);
        String begin = body.substring(0, Math.min(body.length(), SHOWN));
        return "%s %s (%s) %s… (%s)".formatted(call.method(), target, headers, begin, hash(body));
    }

    private static boolean isCompared(String header) {
        return !NOT_COMPARED.contains(header) && !header.startsWith("sec-websocket-");
    }

    private static String describe(Header header) {
        String value = RANDOM.matcher(header.value()).replaceAll("random");
        return header.name() + ": " + value;
    }

    private static String hash(String body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.ISO_8859_1));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
