package io.agyn.llm.models;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.api.model.ModelTest;
import io.agyn.api.model.Protocol;
import io.agyn.llm.providers.LlmProviders;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.function.Consumer;

/** Tests of models, for who makes the request. A call may take minutes, in which no transaction is open. */
@Singleton
public class ModelTests {
    private static final String GREETING = "Hello, world";

    private final Models models;
    private final LlmProviders providers;
    private final ModelTester tester;
    private final Caller caller;

    ModelTests(Models models, LlmProviders providers, ModelTester tester, Caller caller) {
        this.models = requireNonNull(models, "models is null");
        this.providers = requireNonNull(providers, "providers is null");
        this.tester = requireNonNull(tester, "tester is null");
        this.caller = requireNonNull(caller, "caller is null");
    }

    /** Greets a model. */
    ModelTest greet(UUID organizationId, UUID modelId) {
        return tester.test(call(organizationId, modelId, GREETING, false), text -> {})
                .test();
    }

    /**
     * Asks a model, whose caller may {@code testModel} in its organization.
     *
     * @param prompt what to ask
     * @param texts takes the answer's pieces as they come; what it throws ends the call
     */
    public StreamedTest ask(UUID organizationId, UUID modelId, String prompt, Consumer<String> texts) {
        return tester.test(call(organizationId, modelId, prompt, true), texts);
    }

    private ModelTester.Asked call(UUID organizationId, UUID modelId, String prompt, boolean stream) {
        Protocol protocol = QuarkusTransaction.requiringNew().call(() -> protocol(organizationId, modelId));
        return new ModelTester.Asked(organizationId, modelId, protocol, prompt, stream, caller.identity());
    }

    private Protocol protocol(UUID organizationId, UUID modelId) {
        UUID provider = models.get(organizationId, modelId).providerId;
        // An orphaned model has no protocol, and is as orphaned in any.
        return provider == null ? Protocol.RESPONSES : providers.protocol(organizationId, provider);
    }
}
