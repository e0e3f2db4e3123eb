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

    private ArrivedCalls() {}

    /** The distinct calls with their numbers; the proxy itself lists the models. */
    static Map<String, Verdict> of(List<ReceivedCall> calls) {
        Map<String, Long> counts = calls.stream()
                .filter(call -> !call.target().startsWith("/v1/models"))
                .map(ArrivedCalls::describe)
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
        Map<String, Verdict> verdicts = new TreeMap<>();
        counts.forEach((call, count) -> verdicts.put("%d times %s".formatted(count, call), Verdict.PASSED));
        return verdicts;
    }

    private static String describe(ReceivedCall call) {
        String headers = call.headers().stream()
                .filter(header -> isCompared(header.name().toLowerCase(Locale.ROOT)))
                .map(ArrivedCalls::describe)
                .sorted()
                .collect(Collectors.joining(", "));
        String body = RANDOM.matcher(new String(call.body(), StandardCharsets.ISO_8859_1))
                .replaceAll("random");
        return "%s %s (%s) with body %s"
                .formatted(call.method(), RANDOM.matcher(call.target()).replaceAll("random"), headers, hash(body));
    }

    private static boolean isCompared(String header) {
        return !NOT_COMPARED.contains(header) && !header.startsWith("sec-websocket-");
    }

    private static String describe(Header header) {
        String value = RANDOM.matcher(header.value()).replaceAll("random");
        return header.name().toLowerCase(Locale.ROOT) + ": " + value;
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
