package io.agyn.proxy;

import io.agyn.access.Identity;
import io.agyn.budget.ByteBudget;
import io.agyn.proxy.routing.Route;
import io.agyn.settings.Settings;
import io.agyn.usage.CallRecord;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What all calls of models have in common: what they ask, what they use, and who learns of them. */
interface ProxyContext {
    /** Looks up who calls; nothing where the token is none that works, a failure where that cannot be known now. */
    CompletableFuture<Optional<Identity>> identify(String token);

    /** The refusal of a token by which nobody is known. */
    ProxyError unknown(HttpServerRequest request, String token, String requestId);

    /** Looks up where a call leads; a failure where that cannot be known now. */
    CompletableFuture<Route> find(Identity identity, Optional<String> organization, String model);

    /** The ways to LLM providers. */
    Upstreams upstreams();

    /** Which headers pass. */
    PassedHeaders headers();

    /** Recognizes calls that come back. */
    LoopDetection loops();

    /** The calls in flight of each organization. */
    ConcurrentCalls ofOrganizations();

    /** The calls in flight of each API token. */
    ConcurrentCalls ofTokens();

    /**
     * Opens an account for the memory of a call's body.
     *
     * @param identity who calls
     */
    ByteBudget.Lease lease(Exchange exchange, Identity identity);

    /** How much and how long. */
    Limits limits();

    /** Begins the trace of a call. */
    Tracing.Trace trace(Operation operation, MultiMap headers);

    /** Takes note of a call that is over. */
    void over(Operation operation, CallRecord record);

    /** Takes note of an error of the proxy's own. */
    void refused(ProxyError refusal);

    /**
     * How much a call may take.
     *
     * @param body the most bytes of a body
     * @param model how long a caller may take to send a call as far as its {@code model}
     * @param queue how long it may wait for its turn
     * @param connect how long it may take to connect to a provider: the look-up of its host, all addresses, all phases
     * @param firstByte how long a provider may take to begin its answer
     * @param idle how long either body may be silent
     */
    record Limits(long body, Duration model, Duration queue, Duration connect, Duration firstByte, Duration idle) {
        static Limits of(Settings.Proxy settings) {
            return new Limits(
                    settings.bodyLimit().asLongValue(),
                    settings.modelTimeout(),
                    settings.queueTimeout(),
                    settings.connectTimeout(),
                    settings.firstByteTimeout(),
                    settings.idleTimeout());
        }
    }
}
