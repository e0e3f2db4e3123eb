package io.agyn.endtoend;

import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * An organization with things of each kind and a person of each role in it, made over REST.
 *
 * @param root the path of its pages
 * @param people who is in each role, by their ids
 * @param tokens what they sign in with
 * @param bound the ids of tokens of theirs that reach nothing but the organization
 */
record Estate(
        String root,
        String organization,
        String secret,
        String provider,
        String gateway,
        String model,
        String orphan,
        Map<Role, String> people,
        Map<Role, String> tokens,
        Map<Role, String> bound) {

    /** What somebody may do, each more than the one before. */
    enum Role {
        MEMBER,
        OWNER,
        ADMINISTRATOR
    }

    /**
     * Makes one.
     *
     * @param naming what to call what would be called so
     */
    static Estate make(Server server, ScriptedProvider cloud, String slug, UnaryOperator<String> naming)
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
        Map<Role, String> people = new HashMap<>();
        Map<Role, String> tokens = new HashMap<>();
        Map<Role, String> bound = new HashMap<>();
        for (Role role : Role.values()) {
            boolean isAdministrator = role == Role.ADMINISTRATOR;
            String user = server.create(
                    "/users",
                    Map.of(
                            "name", naming.apply(isAdministrator ? "Grace" : role == Role.OWNER ? "Ada" : "Agents"),
                            "email", "%s@%s.example".formatted(role, slug).toLowerCase(),
                            "role", isAdministrator ? "cluster_admin" : "user"));
            people.put(role, user);
            if (!isAdministrator) {
                Map<String, String> membership =
                        Map.of("user_id", user, "role", role == Role.OWNER ? "owner" : "member");
                server.create(in + "/members", membership, "user_id");
            }
            Map<String, String> token = Map.of("user_id", user, "description", naming.apply("A laptop"));
            tokens.put(role, server.create("/api-tokens", token, "token"));
            Map<String, String> narrow = new HashMap<>(token);
            narrow.put("organization_id", organization);
            bound.put(role, server.create("/api-tokens", narrow));
        }
        server.request().post(in + "/models/" + model + "/test").then().statusCode(200);
        server.awaitCalls(organization, 1);
        return new Estate(
                "/organizations/" + slug, organization, secret, used, other, model, orphan, people, tokens, bound);
    }

    private static String model(Server server, String in, String name, String provider) throws IOException {
        return server.create(
                in + "/models",
                Map.of("name", name, "provider_id", provider, "remote_model_name", "gpt-4o-2024-08-06"));
    }
}
