package io.agyn.it;

import static io.agyn.testing.Api.freshName;

import java.net.URI;
import java.util.Map;

/**
 * An organization with a model of a provider that takes its credential from a secret.
 *
 * @param secret the id of the secret, whose name is {@code key}
 * @param llmProvider the id of the LLM provider, whose name is {@code provider}
 * @param model the model's name, which no other organization uses
 */
record Organization(String id, String secret, String llmProvider, String model) {
    /** The first value of the secret. */
    static final String CREDENTIAL = "sk-of-the-provider";

    /** Creates one on a server as its first administrator. */
    static Organization seed(ServerProcess server, URI provider) {
        String id = server.create("organizations", Map.of("name", "Acme"));
        String below = "organizations/" + id + "/";
        String secret = server.create(below + "secrets", Map.of("name", "key", "value", CREDENTIAL));
        String llmProvider = server.create(
                below + "llm-providers",
                Map.of(
                        "name", "provider",
                        "endpoint", provider + "/v1",
                        "protocol", "responses",
                        "auth_method", "bearer",
                        "token_secret_id", secret));
        Organization organization = new Organization(id, secret, llmProvider, freshName("gpt"));
        organization.addModel(server, organization.model);
        return organization;
    }

    void addModel(ServerProcess server, String name) {
        server.create(
                path("models"), Map.of("name", name, "provider_id", llmProvider, "remote_model_name", "gpt-remote"));
    }

    /** A path below the organization, as {@link ServerProcess} takes it. */
    String path(String below) {
        return "organizations/" + id + "/" + below;
    }
}
