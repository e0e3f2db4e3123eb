package io.agyn.testing;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;

import io.agyn.access.CredentialUse;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.enterprise.inject.spi.CDI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.ConfigProvider;

/** Helpers of the REST API's tests: callers and new resources. */
public final class Api {
    /** A caller that uses a token. */
    public static final Supplier<CredentialUse> USE = () -> new CredentialUse("203.0.113.7", "a test");

    /** The scopes of a token that may do everything that its user may. */
    public static final List<String> ALL_SCOPES = List.of("call_models", "read", "manage", "manage_tokens", "reveal");

    private Api() {}

    /** The administrator's first token, from the server's file. */
    public static String adminToken() {
        Path file =
                ConfigProvider.getConfig().getValue("agyn.data-dir", Path.class).resolve("admin-token");
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request of the administrator. */
    public static RequestSpecification asAdmin() {
        return as(adminToken());
    }

    /** A request with a token. */
    public static RequestSpecification as(String token) {
        SentCredentials.add(token);
        return asNobody().auth().oauth2(token);
    }

    /** A request without a token. */
    public static RequestSpecification asNobody() {
        return given().filter(SentCredentials.filter()).basePath("/api/v1").contentType(ContentType.JSON);
    }

    /** An unused name. */
    public static String freshName(String prefix) {
        return prefix + "-" + UUID.randomUUID();
    }

    /** A fresh organization's id. */
    public static String organization() {
        return created(asAdmin().body(Map.of("name", freshName("org"))).post("/organizations"));
    }

    /** A fresh organization's id. Without members it has no owner. */
    public static String organizationWithoutMembers() {
        String organization = organization();
        try {
            CDI.current()
                    .select(Database.class)
                    .get()
                    .execute("delete from membership where organization_id = ?::uuid", organization);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return organization;
    }

    /** A fresh secret's id. */
    public static String secret(String organization, String value) {
        return created(asAdmin()
                .body(Map.of("name", freshName("secret"), "value", value))
                .post("/organizations/{id}/secrets", organization));
    }

    /** A fresh secret provider's id; nothing listens at its address. */
    public static String secretProvider(String organization) {
        return created(asAdmin()
                .body(secretProviderBody(Map.of("address", "http://127.0.0.1:1", "token", "hvs.example")))
                .post("/organizations/{id}/secret-providers", organization));
    }

    /** A fresh remote secret's id. */
    public static String remoteSecret(String organization, String secretProvider) {
        return created(
                asAdmin().body(remoteSecretBody(secretProvider)).post("/organizations/{id}/secrets", organization));
    }

    /** The body of a secret provider with a fresh name. */
    public static Map<String, Object> secretProviderBody(Map<String, ?> config) {
        return new HashMap<>(Map.of("name", freshName("vault"), "type", "vault", "config", config));
    }

    /** The body of a remote secret with a fresh name. */
    public static Map<String, Object> remoteSecretBody(String secretProvider) {
        return new HashMap<>(Map.of(
                "name",
                freshName("secret"),
                "storage",
                "remote",
                "provider_id",
                secretProvider,
                "remote_path",
                "kv/data/openai",
                "remote_key",
                "api_key"));
    }

    /** A fresh LLM provider's id; its token is in the secret. */
    public static String provider(String organization, String secret) {
        return created(asAdmin()
                .body(providerBody("bearer", Map.of("token_secret_id", secret)))
                .post("/organizations/{id}/llm-providers", organization));
    }

    /** A fresh model's id. */
    public static String model(String organization, String provider) {
        return created(asAdmin()
                .body(modelBody(freshName("model"), provider))
                .post("/organizations/{id}/models", organization));
    }

    /** A fresh token that is bound to an organization: the caller of another tenant. */
    public static String tokenBoundTo(String organization) {
        return token(Map.of("description", "bound", "organization_id", organization));
    }

    /** A fresh user's id. */
    public static String user() {
        return user("user");
    }

    /** A fresh user's id, with a role in the cluster. */
    public static String user(String role) {
        return created(asAdmin()
                .body(Map.of("name", "Payments", "email", freshName("payments") + "@acme.example", "role", role))
                .post("/users"));
    }

    /** Adds a user to an organization as member or owner. */
    public static void join(String organization, String user, String role) {
        asAdmin()
                .body(Map.of("user_id", user, "role", role))
                .post("/organizations/{id}/members", organization)
                .then()
                .statusCode(201);
    }

    /** Invites a user to an organization by their username; returns the invitation's id. */
    public static String invite(String organization, String user, String role) {
        String username = get("/users/{id}", user).extract().path("username");
        return created(asAdmin()
                .body(Map.of("username", username, "role", role))
                .post("/organizations/{id}/invitations", organization));
    }

    /** A fresh group mapping's id. */
    public static String groupMapping(String organization) {
        return created(asAdmin()
                .body(Map.of("group", freshName("group"), "role", "member"))
                .post("/organizations/{id}/group-mappings", organization));
    }

    /** A fresh limit's id. */
    public static String limit(String organization, Map<String, ?> fields) {
        Map<String, Object> body = new HashMap<>(Map.of(
                "name", freshName("limit"),
                "applies_to", Map.of("type", "organization"),
                "measure", "calls",
                "amount", "1000",
                "window", "day"));
        body.putAll(fields);
        return created(asAdmin().body(body).post("/organizations/{id}/limits", organization));
    }

    /** Removes a user from an organization. */
    public static void leave(String organization, String user) {
        asAdmin()
                .delete("/organizations/{id}/members/{user}", organization, user)
                .then()
                .statusCode(204);
    }

    /** Suspends a user, or makes a suspended one active. */
    public static void setState(String user, String state) {
        Map<String, Object> body = new HashMap<>();
        Map<String, Object> stored = get("/users/{id}", user).extract().path("");
        for (String field : List.of("name", "email", "role")) {
            body.put(field, stored.get(field));
        }
        body.put("state", state);
        asAdmin().body(body).put("/users/{id}", user).then().statusCode(200);
    }

    /** A fresh token of a user. */
    public static String tokenOf(String user) {
        return token(Map.of("description", "theirs", "user_id", user));
    }

    /** A fresh token of a user that is bound to an organization. */
    public static String tokenOf(String user, String organization) {
        return token(Map.of("description", "theirs", "user_id", user, "organization_id", organization));
    }

    /** A fresh token of a fresh user who belongs to an organization. */
    public static String tokenOfNew(String role, String organization) {
        String user = user();
        join(organization, user, role);
        return tokenOf(user);
    }

    /** The body of a new token with all scopes, which is bound to no organization unless the fields say otherwise. */
    public static Map<String, Object> tokenBody(Map<String, ?> fields) {
        Map<String, Object> body = new HashMap<>();
        body.put("description", "a token");
        body.put("organization_id", null);
        body.put("scopes", ALL_SCOPES);
        body.putAll(fields);
        return body;
    }

    /** A fresh token with all scopes, which is bound to no organization unless the fields say otherwise. */
    public static String token(Map<String, ?> body) {
        return asAdmin()
                .body(tokenBody(body))
                .post("/api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("token");
    }

    /** The body of an LLM provider with a fresh name. */
    public static Map<String, Object> providerBody(String authMethod, Map<String, ?> credentials) {
        Map<String, Object> body = new HashMap<>(Map.of(
                "name",
                freshName("provider"),
                "endpoint",
                "https://api.openai.com/v1",
                "protocol",
                "responses",
                "auth_method",
                authMethod));
        body.putAll(credentials);
        return body;
    }

    /** The body of a model. */
    public static Map<String, String> modelBody(String name, String provider) {
        return Map.of("name", name, "provider_id", provider, "remote_model_name", "gpt-4o");
    }

    /** A complete resource, as the API returns it. */
    public static ValidatableResponse get(String path, Object... ids) {
        return asAdmin().get(path, ids).then().statusCode(200);
    }

    /** An organization's audit events, newest first. */
    public static JsonPath auditEvents(String organization) {
        return get("/organizations/{id}/audit-events?page_size=1000", organization)
                .extract()
                .jsonPath();
    }

    /** The responses to concurrent calls. */
    public static <T> List<T> inParallel(List<? extends Callable<T>> calls) {
        try (ExecutorService executor = Executors.newFixedThreadPool(calls.size())) {
            List<T> responses = new ArrayList<>();
            for (Future<T> response : executor.invokeAll(calls)) {
                responses.add(response.get());
            }
            return responses;
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private static String created(io.restassured.response.Response response) {
        return response.then().statusCode(201).extract().path("id");
    }

    /**
     * Repeats a request without a valid token until its denial is in the audit log. Denials by other tests may have
     * used up the minute's share of anonymous callers.
     */
    public static void awaitAnonymousDenial(String operation, Runnable request) {
        await().atMost(2, TimeUnit.MINUTES)
                .pollInterval(1, TimeUnit.SECONDS)
                .pollDelay(Duration.ZERO)
                .until(() -> {
                    request.run();
                    return asAdmin()
                            .get("/audit-events?outcome=denied&page_size=1000&operation=" + operation)
                            .then()
                            .statusCode(200)
                            .extract()
                            .jsonPath()
                            .getList("items.code")
                            .contains("unauthenticated");
                });
    }
}
