package io.agyn.testing;

import java.util.HashMap;
import java.util.Map;

/** The kinds of resources, for tests of their common behaviour. */
public enum Kind {
    USER("/users", "email"),
    ORGANIZATION("/organizations", "slug"),
    SECRET("/organizations/{org}/secrets", "name"),
    SECRET_PROVIDER("/organizations/{org}/secret-providers", "name"),
    LLM_PROVIDER("/organizations/{org}/llm-providers", "name"),
    MODEL("/organizations/{org}/models", "name"),
    API_TOKEN("/api-tokens", "description");

    private final String collection;
    private final String label;

    Kind(String collection, String label) {
        this.collection = collection;
        this.label = label;
    }

    /** The path of the list of this kind, which may be below an organization. */
    public String collection(String organization) {
        return collection.replace("{org}", organization);
    }

    /** The field that identifies a resource of this kind to people. */
    public String label() {
        return label;
    }

    /** A complete body with a label. */
    public Map<String, Object> body(String organization, String labelled) {
        Map<String, Object> body = new HashMap<>(
                switch (this) {
                    case USER -> Map.of("name", "Payments", "role", "user", "state", "active");
                    case ORGANIZATION -> Map.of("name", "Acme");
                    case SECRET -> Map.of("value", "v");
                    case SECRET_PROVIDER ->
                        Api.secretProviderBody(Map.of("address", "https://vault.example", "token", "hvs.example"));
                    case LLM_PROVIDER -> Api.providerBody("bearer", Map.of("token", "t"));
                    case MODEL ->
                        Map.of(
                                "provider_id",
                                Api.provider(organization, Api.secret(organization, "v")),
                                "remote_model_name",
                                "gpt-4o");
                    case API_TOKEN -> Api.tokenBody(Map.of());
                });
        body.put(label, this == USER ? labelled + "@acme.example" : labelled);
        return body;
    }
}
