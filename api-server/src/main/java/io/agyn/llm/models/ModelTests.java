package io.agyn.llm.models;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.api.model.ModelTest;
import io.agyn.api.model.Protocol;
import io.agyn.llm.providers.LlmProviders;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.agyn.proxy.forwarding.ConcurrentCalls;
import io.quarkus.arc.ClientProxy;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.UUID;
import java.util.function.Consumer;

/** Tests models on behalf of the request's caller. A call may take minutes, during which no transaction is open. */
@Singleton
public class ModelTests {
    private static final String GREETING = "Hello, world";
    // A test occupies a thread, and a provider may take minutes.
    private static final int MAX_PER_USER = 10;

    private final Models models;
    private final LlmProviders providers;
    private final ModelTester tester;
    private final Caller caller;
    private final RoutingContext routing;
    private final ConcurrentCalls userTests = new ConcurrentCalls(MAX_PER_USER);

    ModelTests(Models models, LlmProviders providers, ModelTester tester, Caller caller, RoutingContext routing) {
        this.models = requireNonNull(models, "models is null");
        this.providers = requireNonNull(providers, "providers is null");
        this.tester = requireNonNull(tester, "tester is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.routing = requireNonNull(routing, "routing is null");
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
        UUID user = caller.identity().userId();
        if (!userTests.tryAcquire(user)) {
            throw new ProblemException(
                            ProblemKind.TOO_MANY_REQUESTS,
                            "You already run " + MAX_PER_USER + " model tests; wait until one ends.")
                    .withHeader(HttpHeaders.RETRY_AFTER, "5");
        }
        try {
            return tester.test(call(organizationId, modelId, prompt, stream), texts);
        } finally {
            userTests.release(user);
        }
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
        Vertx.currentContext().runOnContext(on -> request.addEndHandler(ended -> cancel.run()));
    }

    private Protocol protocol(UUID organizationId, UUID modelId) {
        UUID provider = models.get(organizationId, modelId).providerId;
        // An orphaned model has no protocol, and fails with any.
        return provider == null ? Protocol.RESPONSES : providers.protocol(organizationId, provider);
    }
}
