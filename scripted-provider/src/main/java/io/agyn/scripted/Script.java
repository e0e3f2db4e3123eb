package io.agyn.scripted;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Describes the response to a call, as directives separated by {@code ;}. The README lists them.
 *
 * @param stallFor the duration of a stall; empty to stall until the caller disconnects
 * @param breakAfter the number of events, or of pieces of a JSON response, before the connection breaks
 * @param events the number of text deltas, or of pieces of a JSON response
 * @param every the pause after each event or piece
 * @param text the number of characters of the text
 * @param tool the tool to call instead of the first, or {@code none}
 * @param arguments the arguments of the tool call, instead of an example of its schema
 * @param id the id of the created object
 * @param close the close code of a WebSocket after the response
 * @param age the age at which a WebSocket ends
 * @param background the time after which a background response or a batch is complete; empty for a fixed number of
 *     retrievals
 * @param results the types of a batch's results, repeated over its requests
 * @param replay the file of a recorded stream
 * @param cut the number of bytes of each piece of a stream, instead of one event
 */
public record Script(
        Stall stall,
        Optional<Duration> stallFor,
        OptionalInt breakAfter,
        OptionalInt status,
        OptionalInt retryAfter,
        Optional<URI> redirect,
        boolean gzip,
        boolean unknown,
        boolean endless,
        OptionalInt events,
        Duration every,
        OptionalInt text,
        Optional<String> tool,
        Optional<JsonObject> arguments,
        Optional<String> id,
        OptionalInt close,
        Optional<Duration> age,
        Optional<Duration> background,
        List<String> results,
        Optional<String> replay,
        OptionalInt cut) {

    /** Where a response stalls. */
    public enum Stall {
        NOT,
        BEFORE,
        WITHIN
    }

    /** The script of a normal response. */
    public static final Script ORDINARY = parse("");

    private static final Set<Integer> STATUSES = Set.of(400, 401, 404, 429, 500, 529);
    private static final List<String> RESULTS = List.of("succeeded", "errored", "canceled", "expired");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(ms|s|m)");
    private static final List<String> GREETING = List.of("Hello", " from", " the", " scripted", " provider.");
    private static final String TICK = "tick ";
    private static final int PIECE = 20;
    private static final int MOST_CHARACTERS = 64 << 20;

    /** @throws ScriptException if a directive is invalid */
    public static Script parse(String script) {
        Reader reader = new Reader();
        for (String directive : script.split(";", -1)) {
            if (!directive.isBlank()) {
                reader.read(directive.strip());
            }
        }
        return reader.script();
    }

    /** The pieces of the response's text; an infinite stream if it is endless. */
    Stream<String> texts() {
        if (endless) {
            return Stream.generate(() -> TICK);
        }
        if (text.isPresent()) {
            int length = text.getAsInt();
            String whole = TICK.repeat(length / TICK.length() + 1).substring(0, length);
            int pieces = events.orElse(Math.max(1, Math.ceilDiv(length, PIECE)));
            return IntStream.range(0, pieces)
                    .mapToObj(i -> whole.substring(
                            (int) ((long) length * i / pieces), (int) ((long) length * (i + 1) / pieces)));
        }
        return events.isPresent() ? Stream.generate(() -> TICK).limit(events.getAsInt()) : GREETING.stream();
    }

    /** The number of pieces of a JSON response, between which it can pause, stall or break. */
    int pieces() {
        int wanted = Math.max(events.orElse(1), stall == Stall.WITHIN ? 2 : 1);
        return Math.max(wanted, breakAfter.orElse(0) + 1);
    }

    /** Whether the whole response can be written at once. */
    boolean atOnce() {
        return stall != Stall.WITHIN && breakAfter.isEmpty() && every.isZero() && !endless;
    }

    private static final class Reader {

        private Stall stall = Stall.NOT;
        private Optional<Duration> stallFor = Optional.empty();
        private OptionalInt breakAfter = OptionalInt.empty();
        private OptionalInt status = OptionalInt.empty();
        private OptionalInt retryAfter = OptionalInt.empty();
        private Optional<URI> redirect = Optional.empty();
        private boolean gzip;
        private boolean unknown;
        private boolean endless;
        private OptionalInt events = OptionalInt.empty();
        private Duration every = Duration.ZERO;
        private OptionalInt text = OptionalInt.empty();
        private Optional<String> tool = Optional.empty();
        private Optional<JsonObject> arguments = Optional.empty();
        private Optional<String> id = Optional.empty();
        private OptionalInt close = OptionalInt.empty();
        private Optional<Duration> age = Optional.empty();
        private Optional<Duration> background = Optional.empty();
        private List<String> results = List.of();
        private Optional<String> replay = Optional.empty();
        private OptionalInt cut = OptionalInt.empty();

        void read(String directive) {
            int equals = directive.indexOf('=');
            String name = (equals < 0 ? directive : directive.substring(0, equals)).strip();
            String value = equals < 0 ? "" : directive.substring(equals + 1).strip();
            switch (name) {
                case "stall" -> stall = stall(directive, value);
                case "for" -> stallFor = Optional.of(duration(directive, value));
                case "break" -> breakAfter = OptionalInt.of(number(directive, value, 0, 1_000_000));
                case "status" -> status = OptionalInt.of(status(directive, value));
                case "retry-after" -> retryAfter = OptionalInt.of(number(directive, value, 0, 86_400));
                case "redirect" -> redirect = Optional.of(uri(directive, value));
                case "events" -> events = OptionalInt.of(number(directive, value, 1, 1_000_000));
                case "every" -> every = duration(directive, value);
                case "text" -> text = OptionalInt.of(number(directive, value, 0, MOST_CHARACTERS));
                case "tool" -> tool = Optional.of(named(directive, value));
                case "arguments" -> arguments = Optional.of(object(directive, value));
                case "id" -> id = Optional.of(named(directive, value));
                case "close" -> close = OptionalInt.of(number(directive, value, 1000, 4999));
                case "age" -> age = Optional.of(duration(directive, value));
                case "background" -> background = Optional.of(duration(directive, value));
                case "results" -> results = results(directive, value);
                case "replay" -> replay = Optional.of(named(directive, value));
                case "cut" -> cut = OptionalInt.of(number(directive, value, 1, 1_000_000));
                case "gzip" -> gzip = bare(directive, equals);
                case "unknown" -> unknown = bare(directive, equals);
                case "endless" -> endless = bare(directive, equals);
                default -> throw new ScriptException(directive, "is unknown");
            }
        }

        Script script() {
            if (stallFor.isPresent() && stall == Stall.NOT) {
                throw new ScriptException("for", "needs stall=before or stall=within");
            }
            if (cut.isPresent() && endless) {
                throw new ScriptException("cut", "cannot be combined with endless");
            }
            if (status.isPresent() && redirect.isPresent()) {
                throw new ScriptException("redirect", "cannot be combined with status");
            }
            return new Script(
                    stall,
                    stallFor,
                    breakAfter,
                    status,
                    retryAfter,
                    redirect,
                    gzip,
                    unknown,
                    endless,
                    events,
                    every,
                    text,
                    tool,
                    arguments,
                    id,
                    close,
                    age,
                    background,
                    results,
                    replay,
                    cut);
        }

        private static Stall stall(String directive, String value) {
            return switch (value) {
                case "before" -> Stall.BEFORE;
                case "within" -> Stall.WITHIN;
                default -> throw new ScriptException(directive, "must be before or within");
            };
        }

        private static int status(String directive, String value) {
            int status = number(directive, value, 0, 999);
            if (!STATUSES.contains(status)) {
                throw new ScriptException(directive, "must be one of 400, 401, 404, 429, 500 or 529");
            }
            return status;
        }

        private static List<String> results(String directive, String value) {
            List<String> types = List.of(value.split(","));
            if (!RESULTS.containsAll(types)) {
                throw new ScriptException(directive, "must be a list of " + String.join(", ", RESULTS));
            }
            return types;
        }

        private static int number(String directive, String value, int least, int most) {
            if (value.matches("\\d{1,9}")) {
                int number = Integer.parseInt(value);
                if (number >= least && number <= most) {
                    return number;
                }
            }
            throw new ScriptException(directive, "must be a number from %d to %d".formatted(least, most));
        }

        private static Duration duration(String directive, String value) {
            Matcher matcher = DURATION.matcher(value);
            if (!matcher.matches()) {
                throw new ScriptException(directive, "must be a time such as 100ms, 2s or 1m");
            }
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                default -> Duration.ofMinutes(amount);
            };
        }

        private static URI uri(String directive, String value) {
            try {
                return new URI(named(directive, value));
            } catch (URISyntaxException e) {
                throw new ScriptException(directive, "is not a URL");
            }
        }

        private static JsonObject object(String directive, String value) {
            try {
                return new JsonObject(value);
            } catch (DecodeException e) {
                throw new ScriptException(directive, "is not a JSON object");
            }
        }

        private static String named(String directive, String value) {
            if (value.isEmpty()) {
                throw new ScriptException(directive, "needs a value");
            }
            return value;
        }

        private static boolean bare(String directive, int equals) {
            if (equals >= 0) {
                throw new ScriptException(directive, "takes no value");
            }
            return true;
        }
    }
}
