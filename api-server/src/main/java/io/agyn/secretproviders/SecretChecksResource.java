package io.agyn.secretproviders;

import static java.util.Objects.requireNonNull;

import io.agyn.api.SecretChecksApi;
import io.agyn.rest.ResourceResponses;
import io.agyn.secrets.SecretValues;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.core.Response;
import java.util.UUID;

@RunOnVirtualThread
class SecretChecksResource implements SecretChecksApi {
    private final SecretValues values;
    private final SecretProviderChecks checks;
    private final ResourceResponses responses;

    SecretChecksResource(SecretValues values, SecretProviderChecks checks, ResourceResponses responses) {
        this.values = requireNonNull(values, "values is null");
        this.checks = requireNonNull(checks, "checks is null");
        this.responses = requireNonNull(responses, "responses is null");
    }

    @Override
    public Response checkSecret(UUID organizationId, UUID secretId) {
        return responses.ok(values.check(organizationId, secretId));
    }

    @Override
    public Response checkSecretProvider(UUID organizationId, UUID secretProviderId) {
        return responses.ok(checks.check(organizationId, secretProviderId));
    }
}
