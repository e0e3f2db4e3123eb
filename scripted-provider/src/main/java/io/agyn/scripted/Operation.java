package io.agyn.scripted;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The operations of both APIs, below any path prefix. */
enum Operation {
    CREATE_RESPONSE(HttpMethod.POST, "/responses", Dialect.OPENAI),
    COUNT_INPUT_TOKENS(HttpMethod.POST, "/responses/input_tokens", Dialect.OPENAI),
    CREATE_MESSAGE(HttpMethod.POST, "/messages", Dialect.ANTHROPIC),
    COUNT_MESSAGE_TOKENS(HttpMethod.POST, "/messages/count_tokens", Dialect.ANTHROPIC),
    UPGRADE(HttpMethod.GET, "/responses", Dialect.OPENAI);

    /** A request's operation, and the ids in its path. */
    record Match(Operation operation, List<String> ids) {}

    private final HttpMethod method;
    private final String path;
    private final Optional<Pattern> pattern;
    private final Dialect dialect;

    Operation(HttpMethod method, String path, Dialect dialect) {
        this.method = method;
        this.path = path;
        this.dialect = dialect;
        pattern = path.contains("{")
                ? Optional.of(Pattern.compile(".*" + path.replaceAll("\\{\\w+}", "([^/]+)")))
                : Optional.empty();
    }

    Dialect dialect() {
        return dialect;
    }

    /** The first match in the order of the constants. */
    static Optional<Match> of(HttpMethod method, String path) {
        return Stream.of(values())
                .filter(operation -> operation.method.equals(method))
                .flatMap(operation -> operation.match(path).stream())
                .findFirst();
    }

    private Optional<Match> match(String requested) {
        if (pattern.isEmpty()) {
            return requested.endsWith(path) ? Optional.of(new Match(this, List.of())) : Optional.empty();
        }
        Matcher matcher = pattern.get().matcher(requested);
        return matcher.matches()
                ? Optional.of(new Match(
                        this,
                        IntStream.rangeClosed(1, matcher.groupCount())
                                .mapToObj(matcher::group)
                                .toList()))
                : Optional.empty();
    }
}
