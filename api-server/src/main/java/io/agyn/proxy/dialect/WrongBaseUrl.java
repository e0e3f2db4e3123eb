package io.agyn.proxy.dialect;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.Protocol;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** Detects calls of SDKs with a wrong base URL: {@code /v1} is missing or doubled, or there is an extra slash. */
public final class WrongBaseUrl {
    private static final String MODELS = "/models";

    private WrongBaseUrl() {}

    /** Returns the error for such a call; empty for other requests. */
    public static Optional<ProxyError> error(HttpServerRequest request) {
        return protocol(request).map(protocol -> ProxyError.of(Kind.NOT_FOUND, advice(protocol)));
    }

    /** Returns the protocol of the call. */
    public static Optional<Protocol> protocol(HttpServerRequest request) {
        String path = requireNonNull(request.path(), "path is null");
        if (request.method() == HttpMethod.POST) {
            for (Operation operation : Operation.values()) {
                if (operation.method().equals(HttpMethod.POST)
                        && path.endsWith(operation.path())
                        && !path.equals(operation.callerPath())) {
                    return Optional.of(operation.protocol());
                }
            }
        } else if (path.equals(MODELS) || path.endsWith("/" + Operation.ROOT + MODELS)) {
            return Optional.of(
                    switch (Dialect.of(request.headers())) {
                        case OPENAI -> Protocol.RESPONSES;
                        case ANTHROPIC -> Protocol.ANTHROPIC_MESSAGES;
                    });
        }
        return Optional.empty();
    }

    private static String advice(Protocol protocol) {
        return switch (protocol) {
            case RESPONSES ->
                "Unknown path, so the base URL is wrong: OpenAI's SDKs need this server's address followed by"
                        + " /v1, without another slash, as in https://agyn.example.com/v1.";
            case ANTHROPIC_MESSAGES ->
                "Unknown path, so the base URL is wrong: Anthropic's SDKs need only this server's address,"
                        + " as in https://agyn.example.com, and append /v1/messages themselves.";
        };
    }
}
