package io.agyn.proxy.forwarding;

import io.agyn.access.CredentialUse;
import io.agyn.access.Identity;
import io.agyn.access.SourceAddress;
import io.agyn.budget.ByteBudget;
import io.agyn.budget.ConcurrentCalls;
import io.agyn.limits.admission.Admission;
import io.agyn.limits.admission.CallLimits;
import io.agyn.limits.admission.CallSubjects;
import io.agyn.limits.admission.Reservation;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.LoopDetection;
import io.agyn.proxy.exchange.PassedHeaders;
import io.agyn.proxy.observability.Tracing;
import io.agyn.proxy.routing.FallbackReason;
import io.agyn.proxy.routing.HashedToken;
import io.agyn.proxy.routing.ModelSelector;
import io.agyn.proxy.routing.Route;
import io.agyn.proxy.stored.PendingRecord;
import io.agyn.proxy.stored.StoredObject;
import io.agyn.secrets.remote.RemoteReference;
import io.agyn.secrets.remote.RemoteValue;
import io.agyn.settings.Settings;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.vault.VaultException;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The services that all model calls use. */
public interface ProxyContext {
    /**
     * Looks up the caller. Empty for an invalid token; fails if the lookup is impossible now.
     *
     * @param use returns the address and program to record; called now or never
     */
    CompletableFuture<Optional<Identity>> identify(HashedToken token, Function<SourceAddress, CredentialUse> use);

    /** Returns the error for a token that identifies nobody. */
    ProxyError unknownToken(Exchange exchange, String token, String requestId);

    /** Looks up the route of a call; fails if the lookup is impossible now. */
    CompletableFuture<Route> find(Identity identity, Optional<String> organization, ModelSelector model);

    /** Looks up a stored object among those of the organizations that the caller reaches; fails if that is impossible now. */
    CompletableFuture<Optional<StoredObject>> object(Identity identity, Optional<String> organization, String id);

    /** Returns those of the ids that are stored objects of an organization; fails if the lookup is impossible now. */
    CompletableFuture<Set<String>> known(UUID organizationId, List<String> ids);

    /** The scheme and authority that the caller used; empty without any. */
    Optional<String> origin(Exchange exchange);

    /** Remembers a new stored object. */
    void remember(StoredObject object);

    /** Completes a usage record that is pending. */
    void complete(UUID organizationId, PendingRecord record, CallUsage usage);

    /** Returns the value of a remote secret for a call that starts now; fails with a {@link VaultException}. */
    CompletableFuture<RemoteValue> value(RemoteReference secret);

    /** Notes that an LLM provider rejected the value of a remote secret. */
    void onRejected(RemoteReference secret, RemoteValue rejected);

    /** Admits a call under the limits of its organization; see {@link CallLimits#admit}. */
    CompletableFuture<Admission> admit(CallSubjects call, long bodyLength, boolean hasTokens);

    /** Charges a response that a provider started by itself. */
    void charge(CallSubjects call, @Nullable Long input, @Nullable Long output);

    /** Keeps the reservation of a call whose usage is pending, until {@link #complete}. */
    void keep(PendingRecord record, Reservation reservation);

    Shared shared();

    /** Opens a lease for the memory of a call's body. */
    ByteBudget.Lease lease(Exchange exchange, Identity identity);

    /** Starts the trace of a call. */
    Tracing.Trace trace(Operation operation, MultiMap headers);

    /** Records a call that has ended. */
    void onCallEnd(Operation operation, CallRecord record);

    /** Counts a keep-alive that was sent to a caller. */
    void onKeepAlive();

    /** Counts a call that goes to another target of its model. */
    void onFallback(FallbackReason reason);

    /** Counts an error of the proxy. */
    void onError(ProxyError error);

    /**
     * The objects that all calls share.
     *
     * @param organizationCalls the calls in flight of each organization
     * @param tokenCalls the calls in flight of each API token
     */
    record Shared(
            Upstreams upstreams,
            PassedHeaders headers,
            LoopDetection loops,
            ConcurrentCalls organizationCalls,
            ConcurrentCalls tokenCalls,
            WebSockets webSockets,
            Limits limits) {}

    /**
     * Limits of a call.
     *
     * @param body the most bytes of a body
     * @param model how long a caller may take to send a call up to its {@code model}
     * @param queue how long a call may wait in the queue
     * @param connect how long connecting to a provider may take, for DNS, all addresses and TLS together
     * @param firstByte how long a provider may take to start its response
     * @param idle how long either body may be silent
     * @param keepAlive how long a provider's stream may be silent before the caller gets a keep-alive; zero for none
     * @param replay the most bytes of a body that are kept for another target
     */
    record Limits(
            long body,
            Duration model,
            Duration queue,
            Duration connect,
            Duration firstByte,
            Duration idle,
            Duration keepAlive,
            int replay) {
        static Limits of(Settings.Proxy settings) {
            return new Limits(
                    settings.bodyLimit().asLongValue(),
                    settings.modelTimeout(),
                    settings.queueTimeout(),
                    settings.connectTimeout(),
                    settings.firstByteTimeout(),
                    settings.idleTimeout(),
                    settings.keepAlive(),
                    Math.toIntExact(settings.replayLimit().asLongValue()));
        }
    }
}
