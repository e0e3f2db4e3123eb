package io.agyn.proxy.dialect;

import io.agyn.api.model.CallOperation;
import io.agyn.api.model.Protocol;
import io.vertx.core.http.HttpMethod;

/** The operations of the LLM Proxy, each with its method, its path, and the source of its route. */
public enum Operation {
    CREATE_RESPONSE(CallOperation.CREATE_RESPONSE, Protocol.RESPONSES, "/responses"),
    COUNT_INPUT_TOKENS(CallOperation.COUNT_INPUT_TOKENS, Protocol.RESPONSES, "/responses/input_tokens"),
    COMPACT_RESPONSE(CallOperation.COMPACT_RESPONSE, Protocol.RESPONSES, "/responses/compact"),
    CREATE_MESSAGE(CallOperation.CREATE_MESSAGE, Protocol.ANTHROPIC_MESSAGES, "/messages"),
    COUNT_MESSAGE_TOKENS(CallOperation.COUNT_MESSAGE_TOKENS, Protocol.ANTHROPIC_MESSAGES, "/messages/count_tokens"),

    RETRIEVE_RESPONSE(CallOperation.RETRIEVE_RESPONSE, HttpMethod.GET, "/responses/{id}"),
    DELETE_RESPONSE(CallOperation.DELETE_RESPONSE, HttpMethod.DELETE, "/responses/{id}"),
    CANCEL_RESPONSE(CallOperation.CANCEL_RESPONSE, HttpMethod.POST, "/responses/{id}/cancel"),
    LIST_INPUT_ITEMS(CallOperation.LIST_INPUT_ITEMS, HttpMethod.GET, "/responses/{id}/input_items"),
    CREATE_CONVERSATION(
            CallOperation.CREATE_CONVERSATION,
            Protocol.RESPONSES,
            HttpMethod.POST,
            "/conversations",
            RouteSource.DEFAULT_MODEL),
    RETRIEVE_CONVERSATION(CallOperation.USE_CONVERSATION, HttpMethod.GET, "/conversations/{id}"),
    UPDATE_CONVERSATION(CallOperation.USE_CONVERSATION, HttpMethod.POST, "/conversations/{id}"),
    DELETE_CONVERSATION(CallOperation.USE_CONVERSATION, HttpMethod.DELETE, "/conversations/{id}"),
    LIST_CONVERSATION_ITEMS(CallOperation.USE_CONVERSATION, HttpMethod.GET, "/conversations/{id}/items"),
    ADD_CONVERSATION_ITEMS(CallOperation.USE_CONVERSATION, HttpMethod.POST, "/conversations/{id}/items"),
    RETRIEVE_CONVERSATION_ITEM(CallOperation.USE_CONVERSATION, HttpMethod.GET, "/conversations/{id}/items/{item}"),
    DELETE_CONVERSATION_ITEM(CallOperation.USE_CONVERSATION, HttpMethod.DELETE, "/conversations/{id}/items/{item}"),

    CREATE_BATCH(CallOperation.CREATE_BATCH, HttpMethod.POST, "/messages/batches", RouteSource.BODY_MODEL),
    LIST_BATCHES(CallOperation.LIST_BATCHES, HttpMethod.GET, "/messages/batches", RouteSource.DEFAULT_MODEL),
    RETRIEVE_BATCH(CallOperation.RETRIEVE_BATCH, HttpMethod.GET, "/messages/batches/{id}", RouteSource.OBJECT),
    DELETE_BATCH(CallOperation.DELETE_BATCH, HttpMethod.DELETE, "/messages/batches/{id}", RouteSource.OBJECT),
    CANCEL_BATCH(CallOperation.CANCEL_BATCH, HttpMethod.POST, "/messages/batches/{id}/cancel", RouteSource.OBJECT),
    BATCH_RESULTS(
            CallOperation.RETRIEVE_BATCH_RESULTS, HttpMethod.GET, "/messages/batches/{id}/results", RouteSource.OBJECT);

    /** The part of a call that determines its provider. */
    public enum RouteSource {
        /** The {@code model} in the body. */
        BODY_MODEL,
        /** The id in the path, of an object that a provider stores. */
        OBJECT,
        /** The default model, since such calls name neither a model nor an object. */
        DEFAULT_MODEL
    }

    /** The prefix of the proxy's paths. */
    public static final String ROOT = "/v1";

    private final CallOperation recorded;
    private final Protocol protocol;
    private final HttpMethod method;
    private final PathTemplate template;
    private final RouteSource routeSource;

    Operation(CallOperation recorded, Protocol protocol, String path) {
        this(recorded, protocol, HttpMethod.POST, path, RouteSource.BODY_MODEL);
    }

    /** An operation of an object that an OpenAI-compatible provider stores. */
    Operation(CallOperation recorded, HttpMethod method, String template) {
        this(recorded, Protocol.RESPONSES, method, template, RouteSource.OBJECT);
    }

    /** An operation of message batches. */
    Operation(CallOperation recorded, HttpMethod method, String template, RouteSource routeSource) {
        this(recorded, Protocol.ANTHROPIC_MESSAGES, method, template, routeSource);
    }

    Operation(CallOperation recorded, Protocol protocol, HttpMethod method, String template, RouteSource routeSource) {
        this.recorded = recorded;
        this.protocol = protocol;
        this.method = method;
        this.template = new PathTemplate(template);
        this.routeSource = routeSource;
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

    public HttpMethod method() {
        return method;
    }

    public RouteSource routeSource() {
        return routeSource;
    }

    /** Whether the response names a stored object, which later calls may use. */
    public boolean remembers() {
        return this == CREATE_RESPONSE || this == CREATE_CONVERSATION || this == CREATE_BATCH;
    }

    /** Whether the response reports usage of this call. */
    public boolean reportsUsage() {
        return routeSource == RouteSource.BODY_MODEL;
    }

    /** Whether the response may report the usage of the call that created the object. */
    public boolean completesUsage() {
        return this == RETRIEVE_RESPONSE || this == CANCEL_RESPONSE || this == BATCH_RESULTS;
    }

    /** Whether the response has URLs of the provider in place of this server's, or objects of other organizations. */
    public boolean isRewritten() {
        return this == CREATE_BATCH || this == LIST_BATCHES || this == RETRIEVE_BATCH || this == CANCEL_BATCH;
    }

    /** The path relative to a provider's endpoint, with braces around the names of ids. */
    public String path() {
        return template.text();
    }

    /** The path on this server, with braces around the names of ids. */
    public String callerPath() {
        return ROOT + template.text();
    }

    PathTemplate template() {
        return template;
    }
}
