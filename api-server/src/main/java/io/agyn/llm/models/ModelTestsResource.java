package io.agyn.llm.models;

import static java.util.Objects.requireNonNull;

import io.agyn.api.ModelTestsApi;
import io.agyn.rest.ResourceResponses;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.core.Response;
import java.util.UUID;

@RunOnVirtualThread
class ModelTestsResource implements ModelTestsApi {
    private final ModelTests tests;
    private final ResourceResponses responses;

    ModelTestsResource(ModelTests tests, ResourceResponses responses) {
        this.tests = requireNonNull(tests, "tests is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response testModel(UUID organizationId, UUID modelId) {
        return responses.ok(tests.greet(organizationId, modelId));
    }
}
