package io.agyn.example;

import io.agyn.sdk.AgynClient;
import io.agyn.sdk.AgynException;
import io.agyn.sdk.ConflictException;
import io.agyn.sdk.InvalidRequestException;
import io.agyn.sdk.Versioned;
import io.agyn.sdk.model.AuthMethod;
import io.agyn.sdk.model.CustomHeaders;
import io.agyn.sdk.model.LlmProvider;
import io.agyn.sdk.model.LlmProviderCreate;
import io.agyn.sdk.model.Me;
import io.agyn.sdk.model.Model;
import io.agyn.sdk.model.ModelCreate;
import io.agyn.sdk.model.Organization;
import io.agyn.sdk.model.OrganizationCreate;
import io.agyn.sdk.model.Protocol;
import io.agyn.sdk.model.Secret;
import io.agyn.sdk.model.SecretCreate;
import io.agyn.sdk.model.SecretUpdate;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;

/** Creates an organization with a secret, two LLM providers and two models, uses them, and deletes everything. */
final class Walkthrough {
    private final AgynClient client;
    private final PrintStream out;
    private final Deque<Runnable> undo = new ArrayDeque<>();

    Walkthrough(AgynClient client, PrintStream out) {
        this.client = client;
        this.out = out;
    }

    void run() {
        try {
            Me me = client.me();
            out.println("I am " + me.getName() + " (" + me.getRole() + ").");

            Organization organization = createOrganization();
            UUID id = organization.getId();
            Secret secret = createSecret(id);
            createModel(id, "gpt", createOpenAi(id, secret), "gpt-4o-2024-08-06");
            createModel(id, "claude", createGateway(id), "claude-sonnet-4-5");
            listModels(id);
            showViolations(id);
            rotate(id, secret);
            showConflict(id, secret);
        } finally {
            cleanUp();
        }
    }

    private Organization createOrganization() {
        Organization organization = client.organizations().create(new OrganizationCreate().name("Java SDK example"));
        undo.push(() -> client.organizations().delete(organization.getId()));
        out.println("Created the organization " + organization.getName() + ", slug " + organization.getSlug() + ".");
        return organization;
    }

    private Secret createSecret(UUID organizationId) {
        Secret secret = client.secrets(organizationId)
                .create(new SecretCreate().name("openai-key").value("sk-example-1"));
        undo.push(() -> client.secrets(organizationId).delete(secret.getId()));
        out.println("Created the secret " + secret.getName() + ", version " + secret.getVersion() + ".");
        return secret;
    }

    private LlmProvider createOpenAi(UUID organizationId, Secret secret) {
        return createProvider(
                organizationId,
                new LlmProviderCreate()
                        .name("openai")
                        .endpoint("https://api.openai.com/v1")
                        .protocol(Protocol.RESPONSES)
                        .authMethod(AuthMethod.BEARER)
                        .tokenSecretId(secret.getId()));
    }

    private LlmProvider createGateway(UUID organizationId) {
        return createProvider(
                organizationId,
                new LlmProviderCreate()
                        .name("gateway")
                        .endpoint("https://gateway.example/anthropic/v1")
                        .protocol(Protocol.ANTHROPIC_MESSAGES)
                        .authMethod(AuthMethod.CUSTOM_HEADERS)
                        .customHeaders(CustomHeaders.of("X-Gateway-Key", "example")));
    }

    private LlmProvider createProvider(UUID organizationId, LlmProviderCreate create) {
        LlmProvider provider = client.llmProviders(organizationId).create(create);
        undo.push(() -> client.llmProviders(organizationId).delete(provider.getId()));
        out.println("Created the LLM provider " + provider.getName() + ", auth method " + provider.getAuthMethod()
                + ", header names " + provider.getCustomHeaderNames() + ".");
        return provider;
    }

    private void createModel(UUID organizationId, String name, LlmProvider provider, String remoteName) {
        Model model = client.models(organizationId)
                .create(new ModelCreate()
                        .name(name)
                        .providerId(provider.getId())
                        .remoteModelName(remoteName));
        undo.push(() -> client.models(organizationId).delete(model.getId()));
        out.println("Created the model " + model.getName() + ", " + model.getStatus() + ".");
    }

    private void listModels(UUID organizationId) {
        out.println("The models, in pages of one:");
        for (Model model : client.models(organizationId).list().withPageSize(1)) {
            out.println("  " + model.getName() + " is " + model.getRemoteModelName());
        }
    }

    private void showViolations(UUID organizationId) {
        try {
            createProvider(
                    organizationId,
                    new LlmProviderCreate()
                            .name(" openai ")
                            .endpoint("api.openai.com")
                            .protocol(Protocol.RESPONSES)
                            .authMethod(AuthMethod.BEARER));
        } catch (InvalidRequestException e) {
            out.println("An invalid LLM provider is rejected, with all violations:");
            e.errors().forEach(error -> out.println("  " + error.getPointer() + ": " + error.getDetail()));
        }
    }

    private void rotate(UUID organizationId, Secret secret) {
        Versioned<Secret> read = client.secrets(organizationId).getVersioned(secret.getId());
        // With the entity tag, this does not overwrite a concurrent change.
        Versioned<Secret> rotated = client.secrets(organizationId)
                .update(
                        secret.getId(),
                        new SecretUpdate().name(secret.getName()).value("sk-example-2"),
                        read.etag());
        out.println("Rotated the secret " + secret.getName() + " from version "
                + read.value().getVersion() + " to " + rotated.value().getVersion() + ".");
    }

    private void showConflict(UUID organizationId, Secret secret) {
        try {
            client.secrets(organizationId).delete(secret.getId());
        } catch (ConflictException e) {
            out.println("A secret in use cannot be deleted: " + e.status() + " " + e.code() + ", " + e.detail());
        }
    }

    private void cleanUp() {
        if (!undo.isEmpty()) {
            out.println("Cleaning up.");
        }
        while (!undo.isEmpty()) {
            try {
                undo.pop().run();
            } catch (AgynException e) {
                out.println("Could not clean up: " + e.getMessage());
            }
        }
    }
}
