package io.agyn.proxy;

import io.agyn.api.model.CallOperation;
import io.agyn.api.model.Protocol;
import java.util.Optional;

/**
 * What a caller may ask of a model: the calls of both protocols whose body names a model, by which alone a provider can be
 * found. Paths are compared as they were sent: whatever is spelled otherwise, by {@code ..} or {@code %2F} say, is none.
 */
enum Operation {
    CREATE_RESPONSE(CallOperation.CREATE_RESPONSE, Protocol.RESPONSES, "/responses"),
    COUNT_INPUT_TOKENS(CallOperation.COUNT_INPUT_TOKENS, Protocol.RESPONSES, "/responses/input_tokens"),
    COMPACT_RESPONSE(CallOperation.COMPACT_RESPONSE, Protocol.RESPONSES, "/responses/compact"),
    CREATE_MESSAGE(CallOperation.CREATE_MESSAGE, Protocol.ANTHROPIC_MESSAGES, "/messages"),
    COUNT_MESSAGE_TOKENS(CallOperation.COUNT_MESSAGE_TOKENS, Protocol.ANTHROPIC_MESSAGES, "/messages/count_tokens");

    /** Where the proxy's paths lie. */
    static final String ROOT = "/v1";

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

    /** The operation at a path, if there is one. */
    static Optional<Operation> at(String callerPath) {
        for (Operation operation : ALL) {
            if (operation.callerPath.equals(callerPath)) {
                return Optional.of(operation);
            }
        }
        return Optional.empty();
    }

    /** The operation by which a model of a protocol is called. */
    static Operation creating(Protocol protocol) {
        return switch (protocol) {
            case RESPONSES -> CREATE_RESPONSE;
            case ANTHROPIC_MESSAGES -> CREATE_MESSAGE;
        };
    }

    /** The operation's name in the usage. */
    CallOperation recorded() {
        return recorded;
    }

    /** The protocol that it is part of. */
    Protocol protocol() {
        return protocol;
    }

    /** What comes behind a provider's endpoint. */
    String path() {
        return path;
    }

    /** The path at which callers find it. */
    String callerPath() {
        return callerPath;
    }
}
