package io.agyn.llm.models;

import static java.util.Objects.requireNonNull;

import io.agyn.api.ModelTestsApi;
import io.agyn.rest.ResourceResponses;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.core.Response;
import java.util.UUID;

/** Tests of models over REST. */
@RunOnVirtualThread
class ModelTestsResource implements ModelTestsApi {
    private final ModelTests tests;
    private final ResourceResponses answers;

    ModelTestsResource(ModelTests tests, ResourceResponses answers) {
        this.tests = requireNonNull(tests, "tests is null");
        this.answers = requireNonNull(answers, "answers is null");
    }

    @Override
    public Response testModel(UUID organizationId, UUID modelId) {
        return answers.ok(tests.greet(organizationId, modelId));
    }
}
