package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.proxy.WebSocketCaller;
import io.restassured.response.Response;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change on one server takes effect on all within a second, and does not break off streams. */
class PropagationIT {
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final String OLD_KEY = "Bearer " + Organization.CREDENTIAL;
    private static final String NEW_KEY = "sk-new";
    private static final String FOUR_SECONDS = "events=40;every=100ms";
    private static final int STREAMS = 100;

    private static Cluster cluster;

    private String admin;
    private Organization organization;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        cluster = Cluster.in(folder).withAnotherServer().start();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @BeforeEach
    void seed() {
        cluster.seed();
        organization = cluster.organization();
        admin = cluster.server().token();
    }

    @Test
    void rotatedKeyAppliesToNewCallsButNotToOpenStreams() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            for (ModelCaller caller : cluster.callers(admin)) {
                streams.add(caller.stream("stream-" + i, FOUR_SECONDS));
            }
        }
        cluster.awaitStreams(2 * STREAMS);

        cluster.server()
                .update(organization.path("secrets/" + organization.secret()), Map.of("name", "key", "value", NEW_KEY));
        Thread.sleep(A_SECOND);
        for (ModelCaller caller : cluster.callers(admin)) {
            for (int i = 0; i < 10; i++) {
                assertThat(caller.call("after-" + i)).isEqualTo(200);
            }
        }

        assertAreWhole(streams);
        assertThat(cluster.credentialsSent("stream-")).containsExactly(OLD_KEY);
        assertThat(cluster.credentialsSent("after-")).containsExactly("Bearer " + NEW_KEY);
    }

    @Test
    void revokedTokenIsRejectedOnAllServersWithinOneSecond() throws Exception {
        for (boolean cut : List.of(false, true)) {
            Response token = cluster.server().createToken(Map.of("description", "revoked"));
            List<ModelCaller> callers = cluster.callers(token.path("token"));
            assertAllGet(callers, 200, "before");
            if (cut) {
                cutNotifications();
            }
            cluster.server().delete("api-tokens/" + token.path("id"));
            Thread.sleep(A_SECOND);
            assertAllGet(callers, 401, "notifications cut: " + cut);
        }
    }

    @Test
    void revokedTokenEndsWebSocketsOfAllServersWithinOneSecond() throws Exception {
        Response token = cluster.server().createToken(Map.of("description", "revoked"));
        List<WebSocketCaller> sockets = new ArrayList<>();
        try {
            for (ModelCaller caller : cluster.callers(token.path("token"))) {
                WebSocketCaller socket = caller.webSocket();
                sockets.add(socket);
                socket.send(caller.message());
                assertThat(socket.last().getString("type")).isEqualTo("response.completed");
            }
            cluster.server().delete("api-tokens/" + token.path("id"));
            Thread.sleep(A_SECOND);
            for (WebSocketCaller socket : sockets) {
                socket.send(WebSocketCaller.create(organization.model()));
                assertThat(socket.last().getInteger("status")).isEqualTo(401);
                assertThat(socket.closeCode()).isEqualTo(1008);
            }
        } finally {
            sockets.forEach(WebSocketCaller::close);
        }
    }

    @Test
    void rotatedKeyOpensAnotherWebSocketToTheProvider() throws Exception {
        ModelCaller caller = cluster.caller();
        try (WebSocketCaller socket = caller.webSocket()) {
            socket.send(caller.message());
            assertThat(socket.last().getString("type")).isEqualTo("response.completed");
            cluster.server()
                    .update(
                            organization.path("secrets/" + organization.secret()),
                            Map.of("name", "key", "value", NEW_KEY));
            Thread.sleep(A_SECOND);
            socket.send(caller.message());
            assertThat(socket.last().getString("type")).isEqualTo("response.completed");
        }
        assertThat(cluster.provider().received().stream()
                        .filter(call -> call.method().equals("GET"))
                        .flatMap(call -> call.values("authorization").stream()))
                .containsExactly(OLD_KEY, "Bearer " + NEW_KEY);
    }

    @Test
    void suspendedUserIsRejectedOnAllServersButOpenStreamsFinish() throws Exception {
        Member member = member("suspended");
        List<CompletableFuture<HttpResponse<String>>> streams = new ArrayList<>();
        for (ModelCaller caller : cluster.callers(member.token)) {
            streams.add(caller.stream("in-flight", FOUR_SECONDS));
        }
        cluster.awaitStreams(2);

        cluster.server().update("users/" + member.id, user("suspended", "suspended"));
        Thread.sleep(A_SECOND);
        assertAllGet(cluster.callers(member.token), 401, "after");
        for (ServerProcess server : cluster.servers()) {
            assertThat(server.statusOfMe(member.token)).isEqualTo(401);
        }
        assertAreWhole(streams);
    }

    @Test
    void removedMemberIsRejectedOnAllServersWithinOneSecond() throws Exception {
        Member member = member("removed");
        List<ModelCaller> callers = cluster.callers(member.token);
        for (boolean cut : List.of(false, true)) {
            assertAllGet(callers, 200, "before");
            if (cut) {
                cutNotifications();
            }
            cluster.server().delete(organization.path("members/" + member.id));
            Thread.sleep(A_SECOND);
            assertAllGet(callers, 404, "notifications cut: " + cut);
            join(member.id);
            Thread.sleep(A_SECOND);
        }
    }

    @Test
    void invitedUserJoinsAndLeavesOnAllServersWithinOneSecond() throws Exception {
        ServerProcess server = cluster.server();
        String id = server.create("users", user("invited", "active"));
        String token = server.createToken(Map.of("description", "theirs", "user_id", id))
                .path("token");
        String invitation = server.create(
                organization.path("invitations"), Map.of("email", "invited@acme.example", "role", "member"));
        List<ModelCaller> callers = cluster.callers(token);
        assertAllGet(callers, 404, "invited");

        server.as(token)
                .post("/api/v1/me/invitations/" + invitation + "/accept")
                .then()
                .statusCode(200);
        Thread.sleep(A_SECOND);
        assertAllGet(callers, 200, "accepted");

        server.as(token)
                .delete("/api/v1/me/memberships/" + organization.id())
                .then()
                .statusCode(204);
        Thread.sleep(A_SECOND);
        assertAllGet(callers, 404, "left");
    }

    @Test
    void modelOfADeletedProviderStopsResolvingWithinOneSecond() throws Exception {
        List<ModelCaller> callers = cluster.callers(admin);
        assertAllGet(callers, 200, "before");
        cluster.server().delete(organization.path("llm-providers/" + organization.llmProvider()));
        Thread.sleep(A_SECOND);
        for (ModelCaller caller : callers) {
            HttpResponse<String> response = caller.response("after");
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(response.body()).contains("orphaned");
        }
    }

    private static void assertAllGet(List<ModelCaller> callers, int status, String when) throws Exception {
        for (ModelCaller caller : callers) {
            assertThat(caller.call("any")).as(when).isEqualTo(status);
        }
    }

    private static void assertAreWhole(List<CompletableFuture<HttpResponse<String>>> streams) {
        for (CompletableFuture<HttpResponse<String>> stream : streams) {
            assertThat(stream.join().statusCode()).isEqualTo(200);
            assertThat(stream.join().body()).contains("response.completed");
        }
    }

    /** Ends the connections by which servers learn of changes. */
    private static void cutNotifications() throws Exception {
        cluster.database()
                .execute("select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where application_name = 'agyn change feed'");
    }

    private record Member(String id, String token) {}

    private Member member(String name) {
        String id = cluster.server().create("users", user(name, "active"));
        join(id);
        return new Member(
                id,
                cluster.server()
                        .createToken(Map.of("description", "theirs", "user_id", id))
                        .path("token"));
    }

    private static Map<String, String> user(String name, String state) {
        return Map.of("name", "Agents", "email", name + "@acme.example", "role", "user", "state", state);
    }

    private void join(String user) {
        cluster.server().create(organization.path("members"), Map.of("user_id", user, "role", "member"));
    }
}
