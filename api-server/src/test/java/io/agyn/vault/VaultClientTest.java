package io.agyn.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.proxy.egress.EgressParts;
import io.agyn.proxy.egress.OwnCertificate;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import io.agyn.testing.Bao;
import io.agyn.testing.LogLines;
import io.agyn.vault.VaultConfig.AppRole;
import io.agyn.vault.VaultConfig.Auth;
import io.agyn.vault.VaultConfig.Token;
import io.agyn.vault.VaultException.Kind;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real OpenBao. */
class VaultClientTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final String PATH = "kv/data/prod/openai";

    @TempDir
    static Path folder;

    private static final Vertx VERTX = Vertx.vertx();
    private static Bao bao;

    private final List<VaultClient> clients = new ArrayList<>();
    private VaultClient client;

    @BeforeAll
    static void start() throws Exception {
        bao = Bao.start(folder.resolve("bao"));
        bao.write("prod/openai", Map.of("api_key", "sk-1"));
        bao.allow("reader", "kv/data/prod/*", "read");
        bao.allow("role-reader", "kv/data/prod/*", "read");
    }

    @AfterAll
    static void stop() throws Exception {
        bao.close();
        VERTX.close().toCompletionStage().toCompletableFuture().get();
    }

    @BeforeEach
    void aClient() {
        client = client(Map.of());
    }

    @AfterEach
    void closeClients() throws InterruptedException {
        for (VaultClient each : clients) {
            each.stop(new ShutdownEvent());
        }
    }

    // Values

    @Test
    void valueOfKvVersion2HasItsVersion() throws Exception {
        bao.write("v2", Map.of("key", "first"));
        assertThat(client.read(root(), "kv/data/v2", "key")).isEqualTo(new VaultValue("first", 1L));
        bao.write("v2", Map.of("key", "second"));
        assertThat(client.read(root(), "kv/data/v2", "key")).isEqualTo(new VaultValue("second", 2L));
    }

    @Test
    void valueOfKvVersion1HasNoVersion() throws Exception {
        bao.call("POST", "kv1/v1", Map.of("key", "value", "ttl", "30s"));
        assertThat(client.read(root(), "kv1/v1", "key")).isEqualTo(new VaultValue("value", null));
    }

    @Test
    void secretOfVersion1MayLookLikeOneOfVersion2() throws Exception {
        bao.call("POST", "kv1/data", Map.of("data", "value", "metadata", Map.of("version", 1)));
        assertThat(client.read(root(), "kv1/data", "data")).isEqualTo(new VaultValue("value", null));
    }

    @Test
    void pathMayHaveAnyCharacters() throws Exception {
        bao.write("a%20b%C3%A9/c%23+%25", Map.of("key", "value"));
        assertThat(client.read(root(), "kv/data/a bé/c#+%", "key").value()).isEqualTo("value");
    }

    @Test
    void namespaceIsUsed() throws Exception {
        bao.call("POST", "sys/namespaces/team", Map.of());
        bao.call("POST", "team/sys/mounts/kv", Map.of("type", "kv", "options", Map.of("version", "2")));
        await().untilAsserted(() -> bao.call("POST", "team/kv/data/x", Map.of("data", Map.of("key", "team's"))));
        VaultConfig config =
                new VaultConfig(bao.address(), Optional.of("team"), Optional.empty(), new Token(bao.rootToken()));
        assertThat(client.read(config, "kv/data/x", "key").value()).isEqualTo("team's");
        VaultConfig unknown =
                new VaultConfig(bao.address(), Optional.of("none"), Optional.empty(), new Token(bao.rootToken()));
        VaultException failure = failure(unknown, "kv/data/x", "key");
        assertThat(failure.kind()).isEqualTo(Kind.LOGIN_DENIED);
        assertThat(failure.explain("corp")).contains("check the namespace");
    }

    // Wrong references

    @Test
    void missingPathIsExplained() {
        VaultException failure = failure(root(), "kv/data/none", "key");
        assertThat(failure.kind()).isEqualTo(Kind.PATH_NOT_FOUND);
        assertThat(failure.explain("openai-key", "corp"))
                .isEqualTo(
                        "The secret openai-key cannot be read: the secret provider corp has no secret at kv/data/none:"
                                + " check remote_path.");
    }

    @Test
    void pathOfVersion2WithoutDataIsExplained() {
        VaultException failure = failure(root(), "kv/prod/openai", "api_key");
        assertThat(failure.kind()).isEqualTo(Kind.PATH_NOT_FOUND);
        assertThat(failure.explain("corp")).contains("insert data after the mount in remote_path");
    }

    @Test
    void missingMountIsExplained() {
        VaultException failure = failure(root(), "nothing/here", "key");
        assertThat(failure.kind()).isEqualTo(Kind.PATH_NOT_FOUND);
        assertThat(failure.explain("corp")).contains("has no secrets engine for nothing/here");
    }

    @Test
    void deletedVersionIsExplained() throws Exception {
        bao.write("deleted", Map.of("key", "value"));
        bao.call("DELETE", "kv/data/deleted", null);
        VaultException failure = failure(root(), "kv/data/deleted", "key");
        assertThat(failure.kind()).isEqualTo(Kind.PATH_NOT_FOUND);
        assertThat(failure.explain("corp")).contains("has deleted the latest version of kv/data/deleted");
    }

    @Test
    void missingKeyIsExplained() {
        VaultException failure = failure(root(), PATH, "token");
        assertThat(failure.kind()).isEqualTo(Kind.KEY_NOT_FOUND);
        assertThat(failure.explain("corp"))
                .isEqualTo("The secret provider corp has no key \"token\" at " + PATH + ": check remote_key.");
    }

    @Test
    void valueThatIsNotAStringIsExplained() throws Exception {
        for (Object value : List.of(5, true, Map.of("a", "b"), List.of("sk"))) {
            bao.write("other", Map.of("key", value));
            assertThat(failure(root(), "kv/data/other", "key").kind()).isEqualTo(Kind.NOT_A_STRING);
        }
    }

    // Permissions

    @Test
    void pathThatNoPolicyAllowsIsDenied() throws Exception {
        bao.write("other", Map.of("key", "v"));
        String token = bao.token(Duration.ofHours(1), Map.of("policies", List.of("reader")));
        assertThat(client.read(token(token), PATH, "api_key").value()).isEqualTo("sk-1");
        VaultException failure = failure(token(token), "kv/data/other", "key");
        assertThat(failure.kind()).isEqualTo(Kind.DENIED);
        assertThat(failure.explain("corp")).contains("does not allow its credential to read kv/data/other");
    }

    @Test
    void tokenThatCannotLookItselfUpReads() throws Exception {
        String token = bao.token(Duration.ofHours(1), Map.of("policies", List.of("reader"), "no_default_policy", true));
        assertThat(client.read(token(token), PATH, "api_key").value()).isEqualTo("sk-1");
    }

    @Test
    void revokedTokenIsRejected() throws Exception {
        String token = bao.token(Duration.ofHours(1), Map.of("policies", List.of("reader")));
        client.read(token(token), PATH, "api_key");
        bao.revoke(token);
        VaultException failure = failure(token(token), PATH, "api_key");
        assertThat(failure.kind()).isEqualTo(Kind.LOGIN_DENIED);
        assertThat(failure.explain("corp")).contains("rejects its token (403)").doesNotContain(token);
    }

    @Test
    void pathIsDeniedToATokenThatCannotLookItselfUp() throws Exception {
        bao.write("other", Map.of("key", "v"));
        String token = bao.token(Duration.ofHours(1), Map.of("policies", List.of("reader"), "no_default_policy", true));
        client.read(token(token), PATH, "api_key");
        assertThat(failure(token(token), "kv/data/other", "key").kind()).isEqualTo(Kind.DENIED);
    }

    // Renewal of tokens

    @Test
    void keptTokenIsRenewedWithoutReads() throws Exception {
        String token = bao.token(Duration.ofSeconds(3), Map.of("policies", List.of("reader"), "period", "3s"));
        client.keep(token(token));
        Thread.sleep(Duration.ofSeconds(4));
        assertThat(bao.send("GET", "auth/token/lookup-self", token, null).status())
                .isEqualTo(200);
    }

    @Test
    void renewableTokenOutlivesItsTime() throws Exception {
        String token = bao.token(Duration.ofSeconds(3), Map.of("policies", List.of("reader"), "period", "3s"));
        client.read(token(token), PATH, "api_key");
        Thread.sleep(Duration.ofSeconds(4));
        assertThat(client.read(token(token), PATH, "api_key").value()).isEqualTo("sk-1");
    }

    @Test
    void expiredTokenIsRejected() throws Exception {
        String token = bao.token(Duration.ofSeconds(1), Map.of("policies", List.of("reader"), "renewable", false));
        client.read(token(token), PATH, "api_key");
        await().untilAsserted(() ->
                assertThat(failure(token(token), PATH, "api_key").kind()).isEqualTo(Kind.LOGIN_DENIED));
    }

    // AppRole

    @Test
    void manyReadsShareOneLogin() throws Exception {
        Bao.Role role = role("shared", Map.of());
        List<Thread> threads = new ArrayList<>();
        AtomicInteger reads = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    client.read(appRole(role), PATH, "api_key");
                    reads.incrementAndGet();
                } catch (VaultException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(reads).hasValue(20);
        assertThat(loginsOf("shared")).hasSize(1);
    }

    @Test
    void loginIsRenewedAndRepeatedAtItsMaximumTime() throws Exception {
        Bao.Role role = role("short", Map.of("token_ttl", "2s", "token_max_ttl", "4s"));
        client.read(appRole(role), PATH, "api_key");
        Instant end = Instant.now().plusSeconds(7);
        while (Instant.now().isBefore(end)) {
            assertThat(client.read(appRole(role), PATH, "api_key").value()).isEqualTo("sk-1");
            Thread.sleep(Duration.ofMillis(100));
        }
    }

    @Test
    void revokedLoginIsRepeatedWithinTheRead() throws Exception {
        Bao.Role role = role("revoked", Map.of());
        client.read(appRole(role), PATH, "api_key");
        String first = loginsOf("revoked").getFirst();
        bao.call("POST", "auth/token/revoke-accessor", Map.of("accessor", first));
        assertThat(client.read(appRole(role), PATH, "api_key").value()).isEqualTo("sk-1");
        assertThat(loginsOf("revoked")).hasSize(1).doesNotContain(first);
    }

    @Test
    void forbiddenPathDoesNotRepeatTheLogin() throws Exception {
        Bao.Role role = role("forbidden", Map.of());
        for (int i = 0; i < 3; i++) {
            assertThat(failure(appRole(role), "kv/data/other", "key").kind()).isEqualTo(Kind.DENIED);
        }
        assertThat(loginsOf("forbidden")).hasSize(1);
    }

    @Test
    void forbiddenPathWithoutLookupsRepeatsTheLoginOnce() throws Exception {
        Bao.Role role = role("without-lookup", Map.of("token_no_default_policy", true));
        for (int i = 0; i < 4; i++) {
            assertThat(failure(appRole(role), "kv/data/other", "key").kind()).isEqualTo(Kind.DENIED);
            assertThat(client.read(appRole(role), PATH, "api_key").value()).isEqualTo("sk-1");
        }
        assertThat(loginsOf("without-lookup")).hasSize(2);
    }

    @Test
    void wrongSecretIdIsRejected() throws Exception {
        Bao.Role role = role("wrong", Map.of());
        VaultException failure = failure(config(new AppRole("approle", role.roleId(), "no")), PATH, "api_key");
        assertThat(failure.kind()).isEqualTo(Kind.LOGIN_DENIED);
        assertThat(failure.explain("corp")).contains("rejects the AppRole login (400)");
        VaultException mount = failure(config(new AppRole("none", role.roleId(), role.secretId())), PATH, "api_key");
        assertThat(mount.kind()).isEqualTo(Kind.LOGIN_DENIED);
        assertThat(mount.explain("corp")).contains("does not allow an AppRole login at none");
    }

    @Test
    void loginIsRevokedOnShutdown() throws Exception {
        Bao.Role role = role("shutdown", Map.of());
        client.read(appRole(role), PATH, "api_key");
        assertThat(loginsOf("shutdown")).hasSize(1);
        client.stop(new ShutdownEvent());
        assertThat(loginsOf("shutdown")).isEmpty();
    }

    // Checks

    @Test
    void checkShowsWhenATokenExpires() throws Exception {
        String token = bao.token(Duration.ofHours(1), Map.of("policies", List.of("reader")));
        VaultCheck check = client.check(token(token));
        assertThat(check.isReachable()).isTrue();
        assertThat(check.isCredentialAccepted()).isTrue();
        assertThat(check.isRenewable()).isTrue();
        assertThat(check.expiresAt().orElseThrow())
                .isBetween(Instant.now().plusSeconds(3500), Instant.now().plusSeconds(3600));
        assertThat(client.check(root()))
                .isEqualTo(new VaultCheck(true, true, Optional.empty(), false, Optional.empty()));
    }

    @Test
    void checkOfAnAppRoleLeavesNoLogin() throws Exception {
        Bao.Role role = role("checked", Map.of("token_ttl", "1h"));
        VaultCheck check = client.check(appRole(role));
        assertThat(check.isCredentialAccepted()).isTrue();
        assertThat(check.expiresAt()).isPresent();
        assertThat(loginsOf("checked")).isEmpty();
    }

    @Test
    void checkExplainsARejectedToken() {
        VaultCheck check = client.check(token("s.wrong"));
        assertThat(check.isReachable()).isTrue();
        assertThat(check.isCredentialAccepted()).isFalse();
        assertThat(check.failure().orElseThrow().kind()).isEqualTo(Kind.LOGIN_DENIED);
    }

    // Failures of the server

    @Test
    void sealedServerIsExplained() throws Exception {
        try (Bao own = Bao.start(folder.resolve("sealed"))) {
            own.write("x", Map.of("key", "value"));
            VaultConfig config = config(own, new Token(own.rootToken()));
            assertThat(client.read(config, "kv/data/x", "key").value()).isEqualTo("value");
            own.seal();
            VaultException failure = failure(config, "kv/data/x", "key");
            assertThat(failure.kind()).isEqualTo(Kind.SEALED);
            assertThat(failure.explain("corp"))
                    .isEqualTo("The secret provider corp is sealed or in maintenance (503): unseal it.");
            assertThat(client.check(config).isReachable()).isTrue();
            own.unseal();
            assertThat(client.read(config, "kv/data/x", "key").value()).isEqualTo("value");
        }
    }

    @Test
    void hangingAndStoppedServersAreExplained() throws Exception {
        try (Bao own = Bao.start(folder.resolve("hanging"))) {
            own.write("x", Map.of("key", "value"));
            VaultConfig config = config(own, new Token(own.rootToken()));
            client.read(config, "kv/data/x", "key");
            own.pause();
            long started = System.nanoTime();
            VaultException late = failure(config, "kv/data/x", "key");
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isBetween(TIMEOUT, TIMEOUT.plusMillis(500));
            assertThat(late.kind()).isEqualTo(Kind.TIMEOUT);
            assertThat(late.explain("corp")).contains("did not respond within 2 s (AGYN_SECRET_READ_TIMEOUT)");
            own.resume();
            assertThat(client.read(config, "kv/data/x", "key").value()).isEqualTo("value");
            own.kill();
            VaultException stopped = failure(config, "kv/data/x", "key");
            assertThat(stopped.kind()).isEqualTo(Kind.UNREACHABLE);
            assertThat(stopped.explain("corp")).contains("cannot be reached: check its address");
            assertThat(client.check(config).isReachable()).isFalse();
        }
    }

    @Test
    void serverIsReadAgainAfterARestart() throws Exception {
        try (Bao own = Bao.startDurable(folder.resolve("restarted"))) {
            own.write("x", Map.of("key", "value"));
            Bao.Role role = own.role("r", Map.of("token_policies", "root-like", "token_ttl", "1h"));
            own.allow("root-like", "kv/data/*", "read");
            VaultConfig config = config(own, new AppRole("approle", role.roleId(), role.secretId()));
            client.read(config, "kv/data/x", "key");
            own.kill();
            failure(config, "kv/data/x", "key");
            own.restart();
            assertThat(client.read(config, "kv/data/x", "key").value()).isEqualTo("value");
        }
    }

    @Test
    void rateLimitIsExplained() throws Exception {
        try (Bao own = Bao.start(folder.resolve("limited"))) {
            own.write("x", Map.of("key", "value"));
            own.call("POST", "sys/quotas/rate-limit/few", Map.of("path", "kv/", "rate", 1));
            VaultConfig config = config(own, new Token(own.rootToken()));
            client.read(config, "kv/data/x", "key");
            assertThat(failure(config, "kv/data/x", "key").kind()).isEqualTo(Kind.TOO_MANY_REQUESTS);
        }
    }

    // TLS

    @Test
    void privateAuthorityIsTrustedIfConfigured() throws Exception {
        OwnCertificate own = OwnCertificate.create(Files.createDirectory(folder.resolve("own")), "localhost");
        OwnCertificate other = OwnCertificate.create(Files.createDirectory(folder.resolve("other")), "localhost");
        try (Bao secure = Bao.startWithTls(folder.resolve("tls"), own)) {
            secure.write("x", Map.of("key", "value"));
            Token root = new Token(secure.rootToken());
            String pem = Files.readString(own.certificate());
            String wrong = Files.readString(other.certificate());

            VaultConfig trusting = new VaultConfig(secure.address(), Optional.empty(), Optional.of(pem), root);
            assertThat(client.read(trusting, "kv/data/x", "key").value()).isEqualTo("value");
            VaultClient extra =
                    client(Map.of("agyn.extra-ca-file", own.certificate().toString()));
            assertThat(extra.read(config(secure, root), "kv/data/x", "key").value())
                    .isEqualTo("value");
            VaultConfig both = new VaultConfig(secure.address(), Optional.empty(), Optional.of(wrong), root);
            assertThat(extra.read(both, "kv/data/x", "key").value()).isEqualTo("value");

            for (VaultConfig config : List.of(config(secure, root), both)) {
                VaultException failure = failure(config, "kv/data/x", "key");
                assertThat(failure.kind()).isEqualTo(Kind.TLS);
                assertThat(failure.explain("corp")).contains("signed by an authority in its ca_certificate");
            }
            VaultConfig otherHost = new VaultConfig(
                    secure.address().replace("localhost", "127.0.0.1"), Optional.empty(), Optional.of(pem), root);
            assertThat(failure(otherHost, "kv/data/x", "key").kind()).isEqualTo(Kind.TLS);
            VaultConfig plain = new VaultConfig(
                    secure.address().replace("https:", "http:"), Optional.empty(), Optional.empty(), root);
            assertThat(failure(plain, "kv/data/x", "key").kind()).isEqualTo(Kind.MALFORMED_RESPONSE);
        }
        assertThat(failure(
                                new VaultConfig(
                                        bao.address().replace("http:", "https:"),
                                        Optional.empty(),
                                        Optional.empty(),
                                        new Token("t")),
                                PATH,
                                "api_key")
                        .kind())
                .isEqualTo(Kind.TLS);
    }

    // Egress

    @Test
    void forbiddenAddressesAreNotCalled() {
        VaultConfig metadata =
                new VaultConfig("http://169.254.169.254", Optional.empty(), Optional.empty(), new Token("t"));
        VaultException blocked = failure(metadata, PATH, "api_key");
        assertThat(blocked.kind()).isEqualTo(Kind.EGRESS_DENIED);
        assertThat(blocked.explain("corp")).endsWith("always blocked: use another host.");
        VaultClient strict = client(Map.of("agyn.egress.private", "deny"));
        VaultException failure =
                catchThrowableOfType(VaultException.class, () -> strict.read(token("t"), PATH, "api_key"));
        assertThat(failure.kind()).isEqualTo(Kind.EGRESS_DENIED);
        assertThat(failure.explain("corp"))
                .contains("AGYN_EGRESS_PRIVATE is deny")
                .endsWith("use another host, or have the operator allow private addresses.");
    }

    // Other servers than Vault. OpenBao never sends these.

    @Test
    void responsesOfOtherServersDoNotEndTheUseOfAValue() throws Exception {
        Map<Integer, Kind> kinds = new HashMap<>(Map.of(
                200, Kind.MALFORMED_RESPONSE,
                307, Kind.REDIRECT,
                400, Kind.MALFORMED_RESPONSE,
                403, Kind.MALFORMED_RESPONSE,
                404, Kind.MALFORMED_RESPONSE,
                429, Kind.TOO_MANY_REQUESTS,
                502, Kind.SERVER_ERROR,
                503, Kind.SERVER_ERROR));
        for (Map.Entry<Integer, Kind> each : kinds.entrySet()) {
            VaultException failure = failureOf(request -> request.response()
                    .setStatusCode(each.getKey())
                    .putHeader("location", "http://127.0.0.1:1/")
                    .end("<html>"));
            assertThat(failure.kind()).as("status " + each.getKey()).isEqualTo(each.getValue());
            assertThat(failure.kind().isAuthoritative()).isFalse();
        }
    }

    @Test
    void hugeResponseIsNotRead() throws Exception {
        VaultException failure = failureOf(request -> request.response().end("[\"" + "a".repeat(256 << 10) + "\"]"));
        assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_RESPONSE);
        assertThat(failure.explain("corp")).contains("sent a response of more than 256 KiB (status 200)");
    }

    @Test
    void serverThatClosesConnectionsIsUnreachable() throws Exception {
        assertThat(failureOf(request -> request.connection().close()).kind()).isEqualTo(Kind.UNREACHABLE);
    }

    // States that OpenBao reaches only by chance

    @Test
    void failedRenewalIsRepeatedUntilTheTokenExpires() throws Exception {
        AtomicInteger renewals = new AtomicInteger();
        try (Stub stub = new Stub(request -> {
            switch (request.path()) {
                case "/v1/auth/token/lookup-self" -> json(request, 200, "{'data': {'ttl': 6, 'renewable': true}}");
                case "/v1/auth/token/renew-self" -> {
                    switch (renewals.incrementAndGet()) {
                        case 1 -> json(request, 500, "{'errors': ['internal error']}");
                        case 2 -> json(request, 200, "<html>");
                        default ->
                            json(
                                    request,
                                    200,
                                    "{'auth': {'client_token': 't', 'lease_duration': 3600, 'renewable': true}}");
                    }
                }
                default -> json(request, 200, "{'data': {'key': 'value'}}");
            }
        })) {
            try (LogLines log = LogLines.watch()) {
                client.keep(stub.config(new Token("t")));
                await().untilAsserted(() -> assertThat(renewals).hasValue(3));
                assertThat(log.of(VaultSession.class.getName(), Level.WARNING))
                        .singleElement()
                        .satisfies(line -> assertThat(LogLines.text(line)).contains("does not extend its token"));
            }
        }
    }

    @Test
    void rejectedTokenIsLookedUpAgain() throws Exception {
        AtomicBoolean isValid = new AtomicBoolean(true);
        AtomicInteger lookups = new AtomicInteger();
        try (Stub stub = new Stub(request -> {
            if (request.path().endsWith("/lookup-self")) {
                lookups.incrementAndGet();
            }
            if (isValid.get()) {
                json(request, 200, "{'data': {'ttl': 3600, 'renewable': true, 'key': 'value'}}");
            } else {
                json(request, 403, "{'errors': ['permission denied']}");
            }
        })) {
            VaultConfig config = stub.config(new Token("t"));
            client.read(config, "kv1/x", "key");
            isValid.set(false);
            assertThat(failure(config, "kv1/x", "key").kind()).isEqualTo(Kind.LOGIN_DENIED);
            isValid.set(true);
            int before = lookups.get();
            client.read(config, "kv1/x", "key");
            assertThat(lookups).hasValue(before + 1);
        }
    }

    @Test
    void loginThatEndsAfterTheShutdownIsRevoked() throws Exception {
        AtomicInteger logins = new AtomicInteger();
        AtomicInteger revocations = new AtomicInteger();
        try (Stub stub = new Stub(request -> {
            switch (request.path()) {
                case "/v1/auth/approle/login" -> {
                    logins.incrementAndGet();
                    VERTX.setTimer(
                            500, timer -> json(request, 200, "{'auth': {'client_token': 't', 'lease_duration': 0}}"));
                }
                case "/v1/auth/token/revoke-self" -> {
                    revocations.incrementAndGet();
                    json(request, 204, "");
                }
                default -> json(request, 200, "{'data': {'key': 'value'}}");
            }
        })) {
            VaultConfig config = stub.config(new AppRole("approle", "role", "secret"));
            Thread reading = Thread.ofVirtual().start(() -> {
                try {
                    client.keep(config);
                } catch (VaultException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().untilAsserted(() -> assertThat(logins).hasValue(1));
            client.stop(new ShutdownEvent());
            reading.join();
            assertThat(revocations).hasValue(1);
        }
    }

    @Test
    void pathThatCreatesCredentialsIsRarelyRead() throws Exception {
        VaultException failure = failureOf(
                request -> json(request, 200, "{'lease_id': 'database/creds/x/1', 'data': {'username': 'v'}}"));
        assertThat(failure.kind()).isEqualTo(Kind.DYNAMIC_SECRET);
        assertThat(failure.kind().pause()).isEqualTo(Duration.ofMinutes(10));
    }

    private VaultException failureOf(Consumer<HttpServerRequest> handler) throws Exception {
        try (Stub stub = new Stub(handler)) {
            return failure(stub.config(new Token("t")), PATH, "api_key");
        }
    }

    private static void json(HttpServerRequest request, int status, String body) {
        request.response().setStatusCode(status).end(body.replace('\'', '"'));
    }

    /** A server with any responses. */
    private static final class Stub implements AutoCloseable {
        private final HttpServer server;

        private Stub(Consumer<HttpServerRequest> handler) throws Exception {
            server = VERTX.createHttpServer()
                    .requestHandler(handler::accept)
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
        }

        private VaultConfig config(Auth auth) {
            return new VaultConfig("http://127.0.0.1:" + server.actualPort(), Optional.empty(), Optional.empty(), auth);
        }

        @Override
        public void close() throws Exception {
            server.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    // Parts

    private VaultClient client(Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        all.put("agyn.secret.read-timeout", TIMEOUT.toSeconds() + "s");
        Settings settings = SettingsReader.read(all);
        EgressParts parts = EgressParts.of(settings);
        VaultClient made = new VaultClient(VERTX, parts.resolver(), parts.clients(), new ObjectMapper(), settings);
        clients.add(made);
        return made;
    }

    private VaultException failure(VaultConfig config, String path, String key) {
        VaultException failure = catchThrowableOfType(VaultException.class, () -> client.read(config, path, key));
        assertThat(failure).isNotNull();
        return failure;
    }

    private static VaultConfig root() {
        return token(bao.rootToken());
    }

    private static VaultConfig token(String token) {
        return config(new Token(token));
    }

    private static VaultConfig appRole(Bao.Role role) {
        return config(new AppRole("approle", role.roleId(), role.secretId()));
    }

    private static VaultConfig config(Auth auth) {
        return config(bao, auth);
    }

    private static VaultConfig config(Bao server, Auth auth) {
        return new VaultConfig(server.address(), Optional.empty(), Optional.empty(), auth);
    }

    private static Bao.Role role(String name, Map<String, Object> options) throws Exception {
        Map<String, Object> all = new HashMap<>(options);
        all.putIfAbsent("token_policies", "role-reader");
        return bao.role(name, all);
    }

    /** The accessors of an AppRole's valid tokens. */
    private static List<String> loginsOf(String role) throws IOException, InterruptedException {
        List<String> found = new ArrayList<>();
        for (JsonNode accessor : bao.call("GET", "auth/token/accessors?list=true", null)
                .path("data")
                .path("keys")) {
            Bao.Response token = bao.send(
                    "POST", "auth/token/lookup-accessor", bao.rootToken(), Map.of("accessor", accessor.asText()));
            if (token.body()
                    .path("data")
                    .path("meta")
                    .path("role_name")
                    .asText()
                    .equals(role)) {
                found.add(accessor.asText());
            }
        }
        return found;
    }
}
