package io.agyn.keycloak;

import static java.util.Objects.requireNonNull;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/**
 * A realm of Keycloak with the client {@code agyn} for a server, the client {@code ci} with a service account, and the groups
 * {@code payments}, {@code developers} and {@code agyn-admins}. Its tokens have the audience {@code agyn} and the claim {@code groups}.
 */
public final class KeycloakRealm {
    public static final String CLIENT = "agyn";

    public static final String SERVICE = "ci";

    private static final String SECRET = "secret-of-the-client";
    private static final String PASSWORD = "password-of-the-user";

    private final Keycloak keycloak;
    private final String name;
    // Keycloak signs with the key of the highest priority; its own keys have 100.
    private int keyPriority = 200;

    private KeycloakRealm(Keycloak keycloak, String name) {
        this.keycloak = keycloak;
        this.name = name;
    }

    /** Creates a realm. */
    public static KeycloakRealm create(Keycloak keycloak, String name) throws IOException, InterruptedException {
        requireNonNull(name, "name is null");
        keycloak.admin(
                "POST",
                "",
                new JsonObject()
                        .put("realm", name)
                        .put("enabled", true)
                        .put("sslRequired", "none")
                        .put("groups", JsonArray.of(group("payments"), group("developers"), group("agyn-admins")))
                        .put("clients", JsonArray.of(client(), service())));
        return new KeycloakRealm(keycloak, name);
    }

    private static JsonObject group(String name) {
        return new JsonObject().put("name", name);
    }

    private static JsonObject client() {
        return new JsonObject()
                .put("clientId", CLIENT)
                .put("secret", SECRET)
                .put("publicClient", false)
                .put("standardFlowEnabled", true)
                .put("directAccessGrantsEnabled", true)
                .put("redirectUris", JsonArray.of("*"))
                .put(
                        "attributes",
                        new JsonObject()
                                .put("pkce.code.challenge.method", "S256")
                                .put("post.logout.redirect.uris", "*")
                                .put("backchannel.logout.session.required", "true"))
                .put("protocolMappers", mappers());
    }

    private static JsonObject service() {
        return new JsonObject()
                .put("clientId", SERVICE)
                .put("secret", SECRET)
                .put("publicClient", false)
                .put("standardFlowEnabled", false)
                .put("serviceAccountsEnabled", true)
                .put("protocolMappers", mappers());
    }

    private static JsonArray mappers() {
        return JsonArray.of(
                mapper(
                        "audience",
                        "oidc-audience-mapper",
                        Map.of("included.client.audience", CLIENT, "access.token.claim", "true")),
                mapper(
                        "groups",
                        "oidc-group-membership-mapper",
                        Map.of(
                                "claim.name", "groups",
                                "full.path", "false",
                                "id.token.claim", "true",
                                "access.token.claim", "true")));
    }

    private static JsonObject mapper(String name, String type, Map<String, String> config) {
        JsonObject json = new JsonObject();
        config.forEach(json::put);
        return new JsonObject()
                .put("name", name)
                .put("protocol", "openid-connect")
                .put("protocolMapper", type)
                .put("config", json);
    }

    /** The issuer of its tokens. */
    public String issuer() {
        return keycloak.address() + "/realms/" + name;
    }

    /** The secret of its clients. */
    public String secret() {
        return SECRET;
    }

    /** The variables of a server that trusts this realm. The secret is in a file of a folder. */
    public Map<String, String> variables(Path folder) throws IOException {
        Path file = folder.resolve("client-secret");
        Files.writeString(file, SECRET);
        return Map.of(
                "AGYN_OIDC_ISSUER",
                issuer(),
                "AGYN_OIDC_CLIENT_ID",
                CLIENT,
                "AGYN_OIDC_CLIENT_SECRET_FILE",
                file.toString(),
                "AGYN_OIDC_DISPLAY_NAME",
                "Acme",
                "AGYN_OIDC_ALLOW_HTTP",
                "true");
    }

    /** The password of its users. */
    public String password() {
        return PASSWORD;
    }

    /**
     * Creates a user.
     *
     * @return the user's id, which is the subject of tokens
     */
    public String createUser(String username, boolean isEmailVerified, String... groups)
            throws IOException, InterruptedException {
        keycloak.admin(
                "POST",
                "/" + name + "/users",
                new JsonObject()
                        .put("username", username)
                        .put("email", username + "@acme.example")
                        .put("emailVerified", isEmailVerified)
                        .put("firstName", username.substring(0, 1).toUpperCase(Locale.ROOT) + username.substring(1))
                        .put("lastName", "Example")
                        .put("enabled", true)
                        .put(
                                "groups",
                                new JsonArray(List.of(groups).stream()
                                        .map(group -> "/" + group)
                                        .toList()))
                        .put(
                                "credentials",
                                JsonArray.of(new JsonObject()
                                        .put("type", "password")
                                        .put("value", PASSWORD)
                                        .put("temporary", false))));
        return keycloak.adminList("/" + name + "/users?exact=true&username=" + username)
                .getFirst()
                .getString("id");
    }

    /** Adds a user to a group. */
    public void join(String userId, String group) throws IOException, InterruptedException {
        keycloak.admin("PUT", "/" + name + "/users/" + userId + "/groups/" + groupId(group), new JsonObject());
    }

    /** Removes a user from a group. */
    public void leave(String userId, String group) throws IOException, InterruptedException {
        keycloak.admin("DELETE", "/" + name + "/users/" + userId + "/groups/" + groupId(group), null);
    }

    private String groupId(String group) throws IOException, InterruptedException {
        return keycloak.adminList("/" + name + "/groups?exact=true&search=" + group)
                .getFirst()
                .getString("id");
    }

    /** Ends all sessions of a user; Keycloak calls the clients' back-channel. */
    public void logOut(String userId) throws IOException, InterruptedException {
        keycloak.admin("POST", "/" + name + "/users/" + userId + "/logout", null);
    }

    /** Registers the addresses of a server, such as {@code http://127.0.0.1:8080}, for redirects and for logout. */
    public void register(String server) throws IOException, InterruptedException {
        JsonObject client =
                keycloak.adminList("/" + name + "/clients?clientId=" + CLIENT).getFirst();
        client.put("redirectUris", JsonArray.of(server + "/sign-in/provider/callback"));
        client.getJsonObject("attributes")
                .put("post.logout.redirect.uris", server + "/sign-in")
                .put("backchannel.logout.url", server + "/sign-in/provider/backchannel-logout");
        keycloak.admin("PUT", "/" + name + "/clients/" + client.getString("id"), client);
    }

    /** An access token of a user. */
    public String accessToken(String username) throws IOException, InterruptedException {
        return tokens(username).getString("access_token");
    }

    /** An ID token of a user. */
    public String idToken(String username) throws IOException, InterruptedException {
        return tokens(username).getString("id_token");
    }

    private JsonObject tokens(String username) throws IOException, InterruptedException {
        return token(Map.of(
                "grant_type", "password",
                "client_id", CLIENT,
                "client_secret", SECRET,
                "scope", "openid profile email",
                "username", username,
                "password", PASSWORD));
    }

    /** An access token of the service account. */
    public String serviceToken() throws IOException, InterruptedException {
        return token(Map.of("grant_type", "client_credentials", "client_id", SERVICE, "client_secret", SECRET))
                .getString("access_token");
    }

    private JsonObject token(Map<String, String> form) throws IOException, InterruptedException {
        return keycloak.postForm("/realms/" + name + "/protocol/openid-connect/token", form);
    }

    /** Sets the lifetime of access tokens. */
    public void setTokenLifetime(int seconds) throws IOException, InterruptedException {
        keycloak.admin("PUT", "/" + name, new JsonObject().put("accessTokenLifespan", seconds));
    }

    /**
     * Adds a key that signs from now on.
     *
     * @return the component's id
     */
    public String addKey() throws IOException, InterruptedException {
        String key = "key-" + UUID.randomUUID();
        keycloak.admin(
                "POST",
                "/" + name + "/components",
                new JsonObject()
                        .put("name", key)
                        .put("providerId", "rsa-generated")
                        .put("providerType", "org.keycloak.keys.KeyProvider")
                        .put("parentId", keycloak.admin("GET", "/" + name, null).getString("id"))
                        .put(
                                "config",
                                new JsonObject()
                                        .put("priority", JsonArray.of(Integer.toString(keyPriority++)))
                                        .put("algorithm", JsonArray.of("RS256"))));
        return key;
    }

    /** Removes all keys for RS256 except one. */
    public void removeKeysExcept(String kept) throws IOException, InterruptedException {
        for (JsonObject key : keycloak.adminList("/" + name + "/components?type=org.keycloak.keys.KeyProvider")) {
            if (key.getString("providerId").equals("rsa-generated")
                    && !key.getString("name").equals(kept)) {
                keycloak.admin("DELETE", "/" + name + "/components/" + key.getString("id"), null);
            }
        }
    }
}
