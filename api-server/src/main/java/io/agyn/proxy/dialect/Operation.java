package io.agyn.proxy.dialect;

import io.agyn.api.model.CallOperation;
import io.agyn.api.model.Protocol;
import java.util.Optional;

/**
 * The operations that call a model: their bodies name a model, which alone determines the provider. Paths are
 * compared as sent; other spellings, with {@code ..} or {@code %2F}, do not match.
 */
public enum Operation {
    CREATE_RESPONSE(CallOperation.CREATE_RESPONSE, Protocol.RESPONSES, "/responses"),
    COUNT_INPUT_TOKENS(CallOperation.COUNT_INPUT_TOKENS, Protocol.RESPONSES, "/responses/input_tokens"),
    COMPACT_RESPONSE(CallOperation.COMPACT_RESPONSE, Protocol.RESPONSES, "/responses/compact"),
    CREATE_MESSAGE(CallOperation.CREATE_MESSAGE, Protocol.ANTHROPIC_MESSAGES, "/messages"),
    COUNT_MESSAGE_TOKENS(CallOperation.COUNT_MESSAGE_TOKENS, Protocol.ANTHROPIC_MESSAGES, "/messages/count_tokens");

    /** The prefix of the proxy's paths. */
    public static final String ROOT = "/v1";

    private static final Operation[] ALL = values();

    private final CallOperation recorded;
    private final Protocol protocol;
    private final String path;
    private final String callerPath;

    Operation(CallOperation recorded, Protocol protocol, String path) {
        this.recorded = recorded;
        this.protocol = protocol;
        this.path = path;
        this.callerPath = ROOT + path;
    }

    /** Returns the operation at a path, if there is one. */
    public static Optional<Operation> at(String callerPath) {
        for (Operation operation : ALL) {
            if (operation.callerPath.equals(callerPath)) {
                return Optional.of(operation);
            }
        }
        return Optional.empty();
    }

    /** Returns the operation that calls a model of a protocol. */
    public static Operation creating(Protocol protocol) {
        return switch (protocol) {
            case RESPONSES -> CREATE_RESPONSE;
            case ANTHROPIC_MESSAGES -> CREATE_MESSAGE;
        };
    }

    /** The operation's name in usage records. */
    public CallOperation recorded() {
        return recorded;
    }

    public Protocol protocol() {
        return protocol;
    }

    /** The path relative to a provider's endpoint. */
    public String path() {
        return path;
    }

    /** The path on this server. */
    public String callerPath() {
        return callerPath;
    }
}
