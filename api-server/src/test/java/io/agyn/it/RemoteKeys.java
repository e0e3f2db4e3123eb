package io.agyn.it;

import static io.agyn.testing.Api.freshName;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.testing.Api;
import io.agyn.testing.Bao;
import io.agyn.testing.SentCredentials;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Remote secrets of a cluster's organization, with their values in an OpenBao. */
final class RemoteKeys {
    private static final String POLICY = "agyn";
    private static final String FIELD = "api_key";

    private final Cluster cluster;
    private final Bao bao;

    RemoteKeys(Cluster cluster, Bao bao) {
        this.cluster = cluster;
        this.bao = bao;
    }

    /**
     * A remote secret, and a model whose LLM provider sends it.
     *
     * @param name of the secret, the LLM provider and the model, and the path in OpenBao
     * @param secret the id of the secret
     */
    record Key(Bao bao, String name, String secret) {
        /** Writes a new value in OpenBao, and returns it. */
        String write() throws IOException, InterruptedException {
            return writeKey(bao, name);
        }
    }

    /** Writes a new value in an OpenBao, and returns it. */
    static String writeKey(Bao bao, String path) throws IOException, InterruptedException {
        String value = freshName("sk");
        SentCredentials.add(value);
        bao.write(path, Map.of(FIELD, value));
        return value;
    }

    /** The configuration of a secret provider with a token that may read all keys. */
    static Map<String, String> byToken(Bao bao) throws IOException, InterruptedException {
        bao.allow(POLICY, "kv/data/*", "read");
        String token = bao.token(Duration.ofHours(1), Map.of("policies", List.of(POLICY)));
        return Map.of("address", bao.address(), "token", token);
    }

    /** The configuration of a secret provider with an AppRole that may read all keys. */
    static Map<String, String> byAppRole(Bao bao, Duration tokenTtl) throws IOException, InterruptedException {
        bao.allow(POLICY, "kv/data/*", "read");
        Bao.Role role =
                bao.role(freshName("agyn"), Map.of("token_policies", POLICY, "token_ttl", tokenTtl.toSeconds() + "s"));
        return Map.of("address", bao.address(), "role_id", role.roleId(), "secret_id", role.secretId());
    }

    /** Creates a secret provider, and returns its id. */
    String secretProvider(Map<String, String> config) {
        return cluster.server().create(path("secret-providers"), Api.secretProviderBody(config));
    }

    /** Creates a key without a value. */
    Key create(String secretProvider) {
        ServerProcess server = cluster.server();
        String name = freshName("key");
        String secret = server.create(path("secrets"), reference(name, secretProvider, name));
        String llmProvider = server.create(
                path("llm-providers"),
                Map.of(
                        "name",
                        name,
                        "endpoint",
                        cluster.provider().origin() + "/v1",
                        "protocol",
                        "responses",
                        "auth_method",
                        "bearer",
                        "token_secret_id",
                        secret));
        server.create(path("models"), Map.of("name", name, "provider_id", llmProvider, "remote_model_name", "remote"));
        return new Key(bao, name, secret);
    }

    /** The body of a remote secret that refers to a path in OpenBao. */
    static Map<String, Object> reference(String name, String secretProvider, String path) {
        Map<String, Object> body = new HashMap<>(Api.remoteSecretBody(secretProvider));
        body.put("name", name);
        body.put("remote_path", "kv/data/" + path);
        body.put("remote_key", FIELD);
        return body;
    }

    ModelCaller caller(ServerProcess server, Key key) {
        return cluster.caller(server, cluster.server().token()).withModel(key.name);
    }

    void assertSends(ServerProcess server, Key key, String value) throws IOException, InterruptedException {
        assertSends(caller(server, key), value);
    }

    void assertSends(ModelCaller caller, String value) throws IOException, InterruptedException {
        String id = UUID.randomUUID().toString();
        HttpResponse<String> response = caller.response(id);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(cluster.credentialsSent(id)).containsExactly("Bearer " + value);
    }

    void awaitSends(ServerProcess server, Key key, String value, Duration limit) {
        await("the new key is sent").atMost(limit).until(() -> {
            String id = UUID.randomUUID().toString();
            return caller(server, key).call(id) == 200
                    && cluster.credentialsSent(id).equals(Set.of("Bearer " + value));
        });
    }

    /** Calls a model whose key cannot be read, and returns the error, which shows no credential. */
    String unavailable(ServerProcess server, Key key) throws IOException, InterruptedException {
        HttpResponse<String> response = caller(server, key).response("unavailable");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(502);
        assertThat(response.headers().firstValue("x-agyn-error")).contains("credential_unavailable");
        assertThat(SentCredentials.in(response.body())).isEmpty();
        assertThat(response.body())
                .contains("\"code\":\"credential_unavailable\"")
                .contains("The secret " + key.name + " cannot be read: the secret provider vault-");
        return response.body();
    }

    private String path(String below) {
        return cluster.organization().path(below);
    }
}
