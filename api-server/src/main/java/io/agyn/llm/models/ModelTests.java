package io.agyn.llm.models;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.access.UserLimit;
import io.agyn.api.model.ModelTest;
import io.agyn.api.model.Protocol;
import io.agyn.llm.providers.LlmProviders;
import io.quarkus.arc.ClientProxy;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.function.Consumer;

/** Tests models on behalf of the request's caller. A call may take minutes, during which no transaction is open. */
@Singleton
public class ModelTests {
    private static final String GREETING = "Hello, world";

    private final Models models;
    private final LlmProviders providers;
    private final ModelTester tester;
    private final Caller caller;
    private final RoutingContext routing;
    private final UserLimit limit;

    ModelTests(Models models, LlmProviders providers, ModelTester tester, Caller caller, RoutingContext routing) {
        this.models = requireNonNull(models, "models is null");
        this.providers = requireNonNull(providers, "providers is null");
        this.tester = requireNonNull(tester, "tester is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.routing = requireNonNull(routing, "routing is null");
        limit = new UserLimit(caller, "model tests");
    }

    /** Sends a greeting to a model. */
    ModelTest greet(UUID organizationId, UUID modelId) {
        return test(organizationId, modelId, GREETING, false, text -> {}).test();
    }

    /**
     * Sends a prompt to a model. The caller must be allowed to {@code testModel} in its organization.
     *
     * @param texts receives pieces of the response; an exception from it ends the call
     */
    public StreamedTest ask(UUID organizationId, UUID modelId, String prompt, Consumer<String> texts) {
        return test(organizationId, modelId, prompt, true, texts);
    }

    private StreamedTest test(
            UUID organizationId, UUID modelId, String prompt, boolean stream, Consumer<String> texts) {
        return limit.run(() -> tester.test(call(organizationId, modelId, prompt, stream), texts));
    }

    private ModelTester.Request call(UUID organizationId, UUID modelId, String prompt, boolean stream) {
        Protocol protocol = QuarkusTransaction.requiringNew().call(() -> protocol(organizationId, modelId));
        return new ModelTester.Request(
                organizationId, modelId, protocol, prompt, stream, caller.identity(), this::onDisconnect);
    }

    /** Also runs after the response has ended, when there is nothing left to cancel. */
    private void onDisconnect(Runnable cancel) {
        // On the request's event loop, since its handlers run there.
        RoutingContext request = ClientProxy.unwrap(routing);
        requireNonNull(Vertx.currentContext(), "not on an event loop")
                .runOnContext(on -> request.addEndHandler(ended -> cancel.run()));
    }

    private Protocol protocol(UUID organizationId, UUID modelId) {
        UUID provider = models.get(organizationId, modelId).providerId;
        // An orphaned model has no protocol, and fails with any.
        return provider == null ? Protocol.RESPONSES : providers.protocol(organizationId, provider);
    }
}
