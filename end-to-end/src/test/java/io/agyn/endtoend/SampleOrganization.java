package io.agyn.endtoend;

import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Sample data: an organization with resources of each kind and a person of each role, created over REST.
 *
 * @param root the path of its Console pages
 * @param remote a secret in the secret provider
 * @param secretProvider a secret provider at whose address nothing listens
 * @param gateway an LLM provider that uses custom headers
 * @param orphan a model whose LLM provider was deleted
 * @param invitation a pending invitation
 * @param mapping a group mapping
 */
record SampleOrganization(
        String root,
        String organization,
        String secret,
        String remote,
        String secretProvider,
        String provider,
        String gateway,
        String model,
        String orphan,
        String invitation,
        String mapping,
        Map<Role, Person> people) {

    /** The roles, in order of increasing permissions. */
    enum Role {
        MEMBER("Agents"),
        OWNER("Ada"),
        ADMINISTRATOR("Grace");

        private final String person;

        Role(String person) {
            this.person = person;
        }
    }

    /**
     * A user of the organization.
     *
     * @param token the token that signs them in
     * @param bound the id of another token, which can access only this organization
     */
    record Person(String id, String token, String bound) {}

    Person person(Role role) {
        return people.get(role);
    }

    /**
     * Creates the organization and its resources.
     *
     * @param naming maps each default name to the name to use
     */
    static SampleOrganization create(Server server, ScriptedProvider cloud, String slug, UnaryOperator<String> naming)
            throws Exception {
        String organization = server.create("/organizations", Map.of("name", naming.apply("Acme GmbH"), "slug", slug));
        String in = "/organizations/" + organization;
        String secret = server.create(
                in + "/secrets",
                Map.of(
                        "name",
                        naming.apply("openai-api-key"),
                        "description",
                        naming.apply("Of the payments team."),
                        "value",
                        "sk-1"));
        String secretProvider = server.create(
                in + "/secret-providers",
                Map.of(
                        "name",
                        naming.apply("vault-prod"),
                        "description",
                        naming.apply("Of the platform team."),
                        "type",
                        "vault",
                        "config",
                        Map.of("address", "http://127.0.0.1:9/vault", "token", "hvs.sample")));
        String remote = server.create(
                in + "/secrets",
                Map.of(
                        "name",
                        naming.apply("anthropic-api-key"),
                        "storage",
                        "remote",
                        "provider_id",
                        secretProvider,
                        "remote_path",
                        "kv/data/prod/anthropic",
                        "remote_key",
                        naming.apply("value")));
        Map<String, String> provider = Map.of(
                "name",
                naming.apply("openai-prod"),
                "endpoint",
                cloud.origin() + "/v1",
                "protocol",
                "responses",
                "auth_method",
                "bearer",
                "token_secret_id",
                secret);
        String used = server.create(in + "/llm-providers", provider);
        Map<String, Object> gateway = new HashMap<>(provider);
        gateway.remove("token_secret_id");
        gateway.put("name", naming.apply("gateway"));
        gateway.put("auth_method", "custom_headers");
        gateway.put("custom_headers", Map.of("X-Gateway-Key", "key-1", "X-Team", "payments"));
        String other = server.create(in + "/llm-providers", gateway);
        gateway.put("name", "deleted");
        String deleted = server.create(in + "/llm-providers", gateway);
        String model = model(server, in, naming.apply("gpt-4o"), used);
        String orphan = model(server, in, naming.apply("o3-mini"), deleted);
        server.request().delete(in + "/llm-providers/" + deleted).then().statusCode(204);
        Map<Role, Person> people = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            people.put(role, person(server, organization, role, naming, role + "@" + slug + ".example"));
        }
        String invitation =
                server.create(in + "/invitations", Map.of("email", "invited@" + slug + ".example", "role", "member"));
        String mapping =
                server.create(in + "/group-mappings", Map.of("group", naming.apply("payments-team"), "role", "member"));
        server.request().post(in + "/models/" + model + "/test").then().statusCode(200);
        server.awaitCalls(organization, 1);
        return new SampleOrganization(
                "/organizations/" + slug,
                organization,
                secret,
                remote,
                secretProvider,
                used,
                other,
                model,
                orphan,
                invitation,
                mapping,
                people);
    }

    private static Person person(
            Server server, String organization, Role role, UnaryOperator<String> naming, String email)
            throws IOException {
        String id = server.create(
                "/users",
                Map.of(
                        "name", naming.apply(role.person),
                        "email", email.toLowerCase(Locale.ROOT),
                        "role", role == Role.ADMINISTRATOR ? "cluster_admin" : "user"));
        if (role != Role.ADMINISTRATOR) {
            server.create(
                    "/organizations/" + organization + "/members",
                    Map.of("user_id", id, "role", role == Role.OWNER ? "owner" : "member"),
                    "user_id");
        }
        Map<String, Object> token = new HashMap<>(Map.of(
                "user_id",
                id,
                "description",
                naming.apply("A laptop"),
                "scopes",
                List.of("call_models", "read", "manage", "manage_tokens", "reveal")));
        token.put("organization_id", null);
        String unbound = server.create("/api-tokens", token, "token");
        token.put("organization_id", organization);
        return new Person(id, unbound, server.create("/api-tokens", token));
    }

    private static String model(Server server, String in, String name, String provider) throws IOException {
        return server.create(
                in + "/models",
                Map.of("name", name, "provider_id", provider, "remote_model_name", "gpt-4o-2024-08-06"));
    }
}
