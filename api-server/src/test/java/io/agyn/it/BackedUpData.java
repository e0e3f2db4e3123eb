package io.agyn.it;

import static io.agyn.it.Cluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agyn.scripted.ScriptedProvider;
import io.restassured.response.Response;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Data that is in a backup, later changes that are not, and the checks of a server on restored data. */
final class BackedUpData implements AutoCloseable {
    private final ScriptedProvider provider = ScriptedProvider.start();
    private Organization organization;
    private String kept;
    private String revoked;
    private String revokedId;
    private String added = "agyn_none";
    private List<String> stored;

    /** Writes the data that a backup must contain. */
    void fill(ServerProcess server) throws Exception {
        kept = server.token();
        organization = Organization.seed(server, provider.origin());
        Response token = server.createToken(Map.of("description", "revoked"));
        revoked = token.path("token");
        revokedId = token.path("id");
        assertThat(call(server, revoked)).isEqualTo(200);
        stored = stored(server);
    }

    /** Makes changes that a restored backup undoes. */
    void change(ServerProcess server) throws Exception {
        server.delete("api-tokens/" + revokedId);
        added = server.createToken(Map.of("description", "added")).path("token");
        server.update(
                organization.path("secrets/" + organization.secret()), Map.of("name", "key", "value", "sk-later"));
        organization.addModel(server, "late");
        await("the rotated key is active")
                .atMost(PATIENCE)
                .until(() -> call(server, added) == 200 && keyOfLastCall().equals("Bearer sk-later"));
        assertThat(call(server, revoked)).isEqualTo(401);
        assertThat(caller(server, added).withModel("late").call("late")).isEqualTo(200);
    }

    void assertRestored(ServerProcess server, ServerCommands commands) throws Exception {
        assertThat(stored(server)).isEqualTo(stored);
        assertThat(call(server, kept)).isEqualTo(200);
        assertThat(keyOfLastCall()).isEqualTo("Bearer " + Organization.CREDENTIAL);
        assertThat(call(server, revoked)).isEqualTo(200);
        assertThat(call(server, added)).isEqualTo(401);
        assertThat(caller(server, kept).withModel("late").call("late")).isEqualTo(404);
        assertThat(commands.succeed("keyset", "check")).contains("can read everything");
        // The log accepts new events, and continues its chain.
        ServerProcess.created(server.as(kept), organization.path("secrets"), Map.of("name", "after", "value", "v"));
        assertThat(commands.succeed("audit", "verify")).startsWith("The audit log is intact: ");
        assertThat(server.output()).doesNotContain("ERROR");
    }

    /** Waits until a token that was created after the backup is unknown. */
    void awaitRestored(ServerProcess server) {
        await("the later token is unknown").atMost(PATIENCE).until(() -> call(server, added) == 401);
    }

    /** The path of the organization's secrets. */
    String secrets() {
        return organization.path("secrets");
    }

    List<String> secretNames(ServerProcess server) {
        // The token works although a restored data folder has no file admin-token.
        return server.as(kept)
                .get("/api/v1/" + secrets() + "?page_size=1000")
                .jsonPath()
                .getList("items.name");
    }

    private List<String> stored(ServerProcess server) {
        return Stream.of("secrets?name=key", "llm-providers?name=provider", "models?name=" + organization.model())
                .map(list -> {
                    Response response = server.as(kept).get("/api/v1/" + organization.path(list));
                    response.then().statusCode(200);
                    return response.asString();
                })
                .toList();
    }

    private int call(ServerProcess server, String token) throws IOException, InterruptedException {
        return caller(server, token).call("backup");
    }

    private ModelCaller caller(ServerProcess server, String token) {
        return new ModelCaller(server.address(), token, organization);
    }

    private String keyOfLastCall() {
        return provider.received().getLast().values("authorization").getFirst();
    }

    @Override
    public void close() {
        provider.close();
    }
}
