package io.agyn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.agyn.keycloak.Keycloak;
import io.agyn.keycloak.KeycloakRealm;
import io.agyn.testing.SentCredentials;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers accept the access tokens of a real Keycloak. */
@Timeout(180)
class IdentityProviderIT {
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final Duration ROTATION = Duration.ofSeconds(30);

    private static Keycloak keycloak;
    private static KeycloakRealm realm;
    private static Cluster cluster;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        keycloak = Keycloak.shared();
        realm = keycloak.createRealm();
        cluster = Cluster.in(Files.createDirectories(folder.resolve("cluster")))
                .with(realm.variables(folder))
                .withAnotherServer()
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @Test
    void memberCallsModelsWithAnAccessTokenOnAllServers() throws Exception {
        String subject = realm.createUser("ada", true, "payments");
        String token = accessToken("ada");
        Response me = me(0, token);
        me.then().statusCode(200).body("name", equalTo("Ada Example")).body("email", equalTo("ada@acme.example"));
        join(me.path("id"));
        for (ModelCaller caller : cluster.callers(token)) {
            await().atMost(Duration.ofSeconds(3)).until(() -> caller.call("ada") == 200);
        }
        cluster.server()
                .request()
                .get("/api/v1/users?oidc_subject=" + subject)
                .then()
                .body("items", hasSize(1))
                .body("items[0].id", equalTo(me.<String>path("id")));
    }

    @Test
    void membershipFollowsAGroupOfTheProvider() throws Exception {
        ServerProcess.created(
                cluster.server().request(),
                cluster.organization().path("group-mappings"),
                Map.of("group", "developers", "role", "member"));
        String subject = realm.createUser("grace", true, "developers");
        String token = accessToken("grace");
        Response me = me(0, token);
        me.then().statusCode(200).body("memberships", hasSize(1));
        cluster.server()
                .request()
                .get("/api/v1/" + cluster.organization().path("members/" + me.path("id")))
                .then()
                .body("source", equalTo("group"));
        for (ModelCaller caller : cluster.callers(token)) {
            await().atMost(Duration.ofSeconds(3)).until(() -> caller.call("grace") == 200);
        }
        realm.leave(subject, "developers");
        String later = accessToken("grace");
        me(1, later).then().statusCode(200).body("memberships", hasSize(0));
        Thread.sleep(A_SECOND);
        for (ModelCaller caller : cluster.callers(token)) {
            assertThat(caller.call("grace")).isNotEqualTo(200);
        }
    }

    @Test
    void serviceAccountIsAUserOfItsOwn() throws Exception {
        String token = realm.serviceToken();
        SentCredentials.add(token);
        String id = me(1, token).path("id");
        join(id);
        for (ModelCaller caller : cluster.callers(token)) {
            await().atMost(Duration.ofSeconds(3)).until(() -> caller.call("ci") == 200);
        }
        assertThat(me(0, token).<String>path("id")).isEqualTo(id);
    }

    @Test
    void suspendedUserIsRejectedOnAllServersWithinOneSecond() throws Exception {
        realm.createUser("eve", true);
        String token = accessToken("eve");
        String id = me(0, token).path("id");
        join(id);
        for (ModelCaller caller : cluster.callers(token)) {
            await().atMost(Duration.ofSeconds(3)).until(() -> caller.call("eve") == 200);
        }
        cluster.server()
                .update(
                        "users/" + id,
                        Map.of("name", "Eve", "email", "eve@acme.example", "role", "user", "state", "suspended"));
        Thread.sleep(A_SECOND);
        for (ModelCaller caller : cluster.callers(token)) {
            assertThat(caller.call("eve")).isEqualTo(401);
        }
    }

    @Test
    void tokensOfOtherRealmsAndIdTokensAreRejected() throws Exception {
        KeycloakRealm other = keycloak.createRealm();
        other.createUser("mallory", true);
        String foreign = other.accessToken("mallory");
        SentCredentials.add(foreign);
        me(0, foreign).then().statusCode(401).body("detail", containsString("another issuer"));
        realm.createUser("trent", true);
        String idToken = realm.idToken("trent");
        SentCredentials.add(idToken);
        for (int server = 0; server < 2; server++) {
            me(server, idToken).then().statusCode(401).body("detail", containsString("ID token"));
        }
        for (ModelCaller caller : cluster.callers(idToken)) {
            assertThat(caller.call("trent")).isEqualTo(401);
        }
    }

    @Test
    void keysAreRotatedWithoutRestart(@TempDir Path folder) throws Exception {
        KeycloakRealm own = keycloak.createRealm();
        own.createUser("bob", true);
        try (Cluster rotated = Cluster.in(folder).with(own.variables(folder)).start()) {
            String old = own.accessToken("bob");
            SentCredentials.add(old);
            await().atMost(ROTATION)
                    .pollInterval(A_SECOND)
                    .until(() -> rotated.server().statusOfMe(old) == 200);
            String key = own.addKey();
            String signedWithNew = own.accessToken("bob");
            SentCredentials.add(signedWithNew);
            await().atMost(ROTATION)
                    .pollInterval(A_SECOND)
                    .until(() -> rotated.server().statusOfMe(signedWithNew) == 200);
            assertThat(rotated.server().statusOfMe(old)).isEqualTo(200);
            own.removeKeysExcept(key);
            own.addKey();
            // A token of a newer key makes the server fetch the keys, and notice that the first one was withdrawn.
            // Keycloak may sign with an earlier key for a moment.
            await().atMost(ROTATION).pollInterval(A_SECOND).until(() -> {
                String newest = own.accessToken("bob");
                SentCredentials.add(newest);
                return rotated.server().statusOfMe(newest) == 200
                        && rotated.server().statusOfMe(old) == 401;
            });
        }
    }

    @Test
    void everythingButSignInWorksWhileTheProviderHangs() throws Exception {
        realm.createUser("carol", true);
        String used = accessToken("carol");
        assertThat(cluster.server().statusOfMe(used)).isEqualTo(200);
        String unused = accessToken("carol");
        keycloak.pause();
        try {
            assertThat(cluster.server().statusOfMe(used)).isEqualTo(200);
            assertThat(cluster.server().statusOfMe(unused)).isEqualTo(200);
            assertThat(cluster.caller().call("admin")).isEqualTo(200);
            // The first request may still find that the provider responded some seconds ago.
            await().atMost(ROTATION).untilAsserted(() -> RestAssured.given()
                    .redirects()
                    .follow(false)
                    .get(cluster.server().address().resolve("/sign-in/provider"))
                    .then()
                    .statusCode(503)
                    .body(containsString("The identity provider is unavailable")));
        } finally {
            keycloak.resume();
        }
    }

    @Test
    void serverStartsWithoutItsProvider(@TempDir Path folder) throws Exception {
        realm.createUser("dave", true);
        String token = accessToken("dave");
        keycloak.pause();
        try (ServerProcess server = ServerProcess.start(folder.resolve("data"), realm.variables(folder))) {
            assertThat(server.isReady()).isTrue();
            server.as(token)
                    .get("/api/v1/me")
                    .then()
                    .statusCode(503)
                    .body("detail", containsString("The identity provider was unavailable"));
            keycloak.resume();
            await().atMost(ROTATION).until(() -> server.statusOfMe(token) == 200);
        } finally {
            keycloak.resume();
        }
    }

    private static String accessToken(String username) throws Exception {
        String token = realm.accessToken(username);
        SentCredentials.add(token);
        return token;
    }

    private static Response me(int server, String token) {
        return cluster.server(server).as(token).get("/api/v1/me");
    }

    private static void join(String user) {
        ServerProcess.created(
                cluster.server().request(),
                cluster.organization().path("members"),
                Map.of("user_id", user, "role", "member"));
    }
}
