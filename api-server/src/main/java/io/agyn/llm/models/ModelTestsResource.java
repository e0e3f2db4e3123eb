package io.agyn.llm.models;

import static java.util.Objects.requireNonNull;

import io.agyn.api.ModelTestsApi;
import io.agyn.api.model.Protocol;
import io.agyn.llm.providers.LlmProviders;
import io.agyn.rest.Answers;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.UUID;

/** Tests of models over REST. A call may take minutes, in which no transaction is open. */
@RunOnVirtualThread
class ModelTestsResource implements ModelTestsApi {
    private final Models models;
    private final LlmProviders providers;
    private final ModelTester tester;
    private final Answers answers;

    @Context
    HttpHeaders headers;

    ModelTestsResource(Models models, LlmProviders providers, ModelTester tester, Answers answers) {
        this.models = requireNonNull(models, "models is null");
        this.providers = requireNonNull(providers, "providers is null");
        this.tester = requireNonNull(tester, "tester is null");
        this.answers = requireNonNull(answers, "answers is null");
    }

    @Override
    public Response testModel(UUID organizationId, UUID modelId) {
        Protocol protocol = QuarkusTransaction.requiringNew().call(() -> protocol(organizationId, modelId));
        return answers.ok(
                tester.test(organizationId, modelId, protocol, headers.getHeaderString(HttpHeaders.AUTHORIZATION)));
    }

    private Protocol protocol(UUID organizationId, UUID modelId) {
        UUID provider = models.get(organizationId, modelId).providerId;
        // An orphaned model has no protocol, and is as orphaned in any.
        return provider == null ? Protocol.RESPONSES : providers.protocol(organizationId, provider);
    }
}
