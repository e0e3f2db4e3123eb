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
    COMPACT_RESPONSE(HttpMethod.POST, "/responses/compact", Dialect.OPENAI),
    CREATE_MESSAGE(HttpMethod.POST, "/messages", Dialect.ANTHROPIC),
    COUNT_MESSAGE_TOKENS(HttpMethod.POST, "/messages/count_tokens", Dialect.ANTHROPIC),
    UPGRADE(HttpMethod.GET, "/responses", Dialect.OPENAI),
    RETRIEVE_RESPONSE(HttpMethod.GET, "/responses/{id}", Dialect.OPENAI),
    DELETE_RESPONSE(HttpMethod.DELETE, "/responses/{id}", Dialect.OPENAI),
    CANCEL_RESPONSE(HttpMethod.POST, "/responses/{id}/cancel", Dialect.OPENAI),
    LIST_INPUT_ITEMS(HttpMethod.GET, "/responses/{id}/input_items", Dialect.OPENAI),
    CREATE_CONVERSATION(HttpMethod.POST, "/conversations", Dialect.OPENAI),
    RETRIEVE_CONVERSATION(HttpMethod.GET, "/conversations/{id}", Dialect.OPENAI),
    UPDATE_CONVERSATION(HttpMethod.POST, "/conversations/{id}", Dialect.OPENAI),
    DELETE_CONVERSATION(HttpMethod.DELETE, "/conversations/{id}", Dialect.OPENAI),
    LIST_ITEMS(HttpMethod.GET, "/conversations/{id}/items", Dialect.OPENAI),
    ADD_ITEMS(HttpMethod.POST, "/conversations/{id}/items", Dialect.OPENAI),
    RETRIEVE_ITEM(HttpMethod.GET, "/conversations/{id}/items/{item}", Dialect.OPENAI),
    DELETE_ITEM(HttpMethod.DELETE, "/conversations/{id}/items/{item}", Dialect.OPENAI),
    CREATE_BATCH(HttpMethod.POST, "/messages/batches", Dialect.ANTHROPIC),
    LIST_BATCHES(HttpMethod.GET, "/messages/batches", Dialect.ANTHROPIC),
    RETRIEVE_BATCH(HttpMethod.GET, "/messages/batches/{id}", Dialect.ANTHROPIC),
    DELETE_BATCH(HttpMethod.DELETE, "/messages/batches/{id}", Dialect.ANTHROPIC),
    CANCEL_BATCH(HttpMethod.POST, "/messages/batches/{id}/cancel", Dialect.ANTHROPIC),
    BATCH_RESULTS(HttpMethod.GET, "/messages/batches/{id}/results", Dialect.ANTHROPIC),
    LIST_MODELS(HttpMethod.GET, "/models", Dialect.OPENAI),
    RETRIEVE_MODEL(HttpMethod.GET, "/models/{id}", Dialect.OPENAI);

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

    /** Whether the body names the model. */
    boolean hasModel() {
        return ordinal() <= COUNT_MESSAGE_TOKENS.ordinal();
    }

    boolean isOfBatches() {
        return path.startsWith("/messages/batches");
    }

    boolean isOfModels() {
        return path.startsWith("/models");
    }

    /** The API; that of the model list depends on the request's headers. */
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
