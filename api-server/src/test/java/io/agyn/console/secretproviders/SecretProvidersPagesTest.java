package io.agyn.console.secretproviders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class SecretProvidersPagesTest {
    // Nothing listens on the discard port.
    private static final String ADDRESS = "http://127.0.0.1:9";

    private String organization;
    private String root;
    private String providers;
    private Visitor owner;

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
        root = "/organizations/" + organization;
        providers = root + "/secret-providers";
        owner = Visitor.signedIn(Api.tokenOfNew("owner", organization));
    }

    @Test
    void tokenIsEnteredMaskedRevealedAndReplacedAlone() {
        String id = create("vault-prod", Map.of("token", " hvs.typed\n", "namespace", " team-a "));
        stored(id).body("config.auth_method", equalTo("token")).body("config.namespace", equalTo("team-a"));
        assertThat(owner.page(providers + "/" + id))
                .contains("vault-prod", "Reveal the credential", "Edit token", "no secrets yet")
                .doesNotContain("hvs.typed");
        assertRevealed(id, "hvs.typed");

        String credential = providers + "/" + id + "/credential";
        owner.submit(credential, Map.of("token", " ")).then().statusCode(422).body(containsString("Enter the token."));
        owner.submit(credential, Map.of("token", "hvs.next")).then().statusCode(303);
        assertRevealed(id, "hvs.next");
        stored(id).body("name", equalTo("vault-prod")).body("config.namespace", equalTo("team-a"));
        Api.asAdmin()
                .get("/organizations/{o}/audit-events?operation=updateSecretProvider", organization)
                .then()
                .body("items.changed_fields", contains(List.of("credentials")));
        assertThat(owner.page(root + "/audit"))
                .contains("replaced secret provider", "revealed the credentials of secret provider")
                .contains("/secret-providers/" + id + "\"><bdi>vault-prod</bdi>");
    }

    @Test
    void appRoleIsEnteredAndItsSecretIdReplacedAlone() {
        Map<String, String> role = Map.of("auth_method", "approle", "role_id", "role-1", "secret_id", "s-1");
        String id = create("by-role", role);
        stored(id).body("config.role_id", equalTo("role-1")).body("config.approle_mount", equalTo("approle"));
        assertThat(owner.page(providers + "/" + id)).contains("Edit secret id", "role-1");
        assertRevealed(id, "s-1");
        owner.submit(providers + "/" + id + "/credential", Map.of("secret_id", "s-2"))
                .then()
                .statusCode(303);
        assertRevealed(id, "s-2");
        stored(id).body("config.role_id", equalTo("role-1"));
    }

    @Test
    void hiddenFieldsOfTheOtherAuthMethodAreIgnored() {
        Map<String, String> fields = Map.of("token", "hvs.t", "role_id", "role-1", "secret_id", "s-1");
        stored(create("by-token", fields))
                .body("config.auth_method", equalTo("token"))
                .body("config.role_id", nullValue());
    }

    @Test
    void savedFormKeepsCredentialAndCertificate() throws Exception {
        String pem = certificate();
        String id = create("vault-prod", Map.of("token", "hvs.kept", "ca_certificate", pem));
        stored(id).body("config.ca_certificate", equalTo(pem));
        Map<String, String> fields = fields("vault-prod", Map.of("ca_certificate", pem, "description", "Kept."));
        send(id + "/edit", fields).then().statusCode(303);
        assertRevealed(id, "hvs.kept");
        Api.asAdmin()
                .get("/organizations/{o}/audit-events?operation=updateSecretProvider", organization)
                .then()
                .body("items.changed_fields", contains(List.of("description")));
    }

    @Test
    void changedAuthMethodRequiresItsCredential() {
        String id = create("vault-prod", Map.of("token", "hvs.t"));
        Response rejected = send(id + "/edit", fields("vault-prod", Map.of("auth_method", "approle")));
        rejected.then().statusCode(422);
        assertThat(rejected.asString())
                .contains("Enter the role id.", "Enter the secret id.")
                .contains("href=\"#role_id\"", "href=\"#secret_id\"")
                .doesNotContain("href=\"#token\"");
    }

    @Test
    void errorsAreBesideTheirFieldsAndTheTokenIsNotSentBack() {
        Map<String, String> fields = fields("", Map.of("address", "vault", "ca_certificate", "x", "token", "hvs.kept"));
        send("new", fields)
                .then()
                .statusCode(422)
                .body(containsString("<a href=\"#name\">Name</a>"))
                .body(containsString("<a href=\"#address\">Address</a>"))
                .body(containsString("<a href=\"#ca_certificate\">CA certificate</a>"))
                .body(not(containsString("hvs.kept")));
    }

    @Test
    void checkSaysInWordsWhyItFails() {
        String id = create("vault-prod", Map.of("token", "hvs.t"));
        String page = providers + "/" + id;
        owner.submit(page, page + "/check", Map.of())
                .then()
                .statusCode(200)
                .body(containsString("The check failed"))
                .body(containsString("<dt>Reachable</dt><dd>no</dd>"))
                .body(containsString("vault-prod"));
    }

    @Test
    void providerInUseIsNotDeletedAndNamesItsSecrets() {
        String id = create("vault-prod", Map.of("token", "hvs.t"));
        owner.submit(root + "/secrets/new", remote("openai-key", id)).then().statusCode(303);
        assertThat(owner.page(providers)).contains("not read yet");
        assertThat(owner.page(providers + "/" + id)).contains("openai-key", "kv/data/prod/openai");
        assertThat(owner.page(providers + "/" + id + "/delete"))
                .contains("openai-key")
                .doesNotContain("class=\"danger\"");
        owner.submit(providers + "/" + id + "/delete", Map.of())
                .then()
                .statusCode(409)
                .body(containsString("in use by the secrets openai-key"));
        owner.submit(root + "/secrets/" + secret("openai-key") + "/delete", Map.of())
                .then()
                .statusCode(303);
        owner.submit(providers + "/" + id + "/delete", Map.of()).then().statusCode(303);
        assertThat(owner.page(providers)).contains("No secret providers yet");
    }

    @Test
    void memberSeesNoActionsWithoutPermission() {
        String id = create("vault-prod", Map.of("token", "hvs.t"));
        Visitor member = Visitor.signedIn(Api.tokenOfNew("member", organization));
        assertThat(member.page(providers)).contains("vault-prod").doesNotContain("New secret provider");
        assertThat(member.page(providers + "/" + id))
                .doesNotContain("Delete…", "/reveal", "/check", "/edit", "/credential");
        for (String form : List.of("/reveal", "/check")) {
            member.submit(providers, providers + "/" + id + form, Map.of())
                    .then()
                    .statusCode(403);
        }
        for (String form : List.of("/edit", "/credential", "/delete")) {
            member.get(providers + "/" + id + form).then().statusCode(403);
            member.submit(providers, providers + "/" + id + form, Map.of())
                    .then()
                    .statusCode(403);
        }
        Api.asAdmin()
                .get("/organizations/{o}/audit-events?outcome=denied", organization)
                .then()
                .body(
                        "items.operation",
                        hasItems("updateSecretProvider", "revealSecretProviderCredentials", "deleteSecretProvider"));
    }

    @Test
    void storageOfASecretChangesInPlace() {
        String id = create("vault-prod", Map.of("token", "hvs.t"));
        owner.submit(root + "/secrets/new", Map.of("name", "key", "value", "sk-1", "remote_path", "ignored"))
                .then()
                .statusCode(303);
        String page = root + "/secrets/" + secret("key");
        assertThat(owner.page(page)).contains("Local, on this server", "Saving removes the stored value");

        owner.submit(page, remote("key", id)).then().statusCode(303);
        assertThat(owner.page(page))
                .contains("Remote, in <a href=", "/secret-providers/" + id + "\"><bdi>vault-prod</bdi></a>")
                .contains("<bdi>kv/data/prod/openai</bdi>", "<dt>Last read</dt>")
                .doesNotContain("Saving removes the stored value");
        assertThat(owner.page(root + "/secrets")).contains("<bdi>vault-prod</bdi>");

        Map<String, String> local = new HashMap<>(Map.of("name", "key", "storage", "local"));
        owner.submit(page, local).then().statusCode(422).body(containsString("<a href=\"#value\">"));
        local.put("value", "sk-2");
        owner.submit(page, local).then().statusCode(303);
        assertThat(owner.page(page)).contains("Local, on this server");
    }

    @Test
    void remoteSecretRequiresItsReference() {
        Response rejected = owner.submit(root + "/secrets/new", Map.of("name", "key", "storage", "remote"));
        rejected.then().statusCode(422);
        assertThat(rejected.asString())
                .contains("Choose a secret provider.", "href=\"#remote_path\">Path<", "href=\"#remote_key\">Key<")
                .doesNotContain("href=\"#value\"");
    }

    @Test
    void llmProviderAndModelSayWhereTheCredentialIs() {
        String id = create("vault-prod", Map.of("token", "hvs.t"));
        owner.submit(root + "/secrets/new", remote("openai-key", id)).then().statusCode(303);
        String llmProvider = Api.provider(organization, secret("openai-key"));
        String model = Api.model(organization, llmProvider);
        for (String page : List.of("/llm-providers/" + llmProvider, "/models/" + model)) {
            assertThat(text(owner.page(root + page)))
                    .contains("Secret openai-key, in vault-prod at kv/data/prod/openai, key value");
        }
        String local = Api.provider(organization, Api.secret(organization, "sk"));
        assertThat(text(owner.page(root + "/llm-providers/" + local))).contains(", stored on this server");
    }

    /** A certificate that the JDK trusts, in PEM, with a line break at its end. */
    private static String certificate() throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init((KeyStore) null);
        X509Certificate certificate = ((X509TrustManager) trust.getTrustManagers()[0]).getAcceptedIssuers()[0];
        Base64.Encoder encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                .formatted(encoder.encodeToString(certificate.getEncoded()));
    }

    /** The text of a page, without tags. */
    private static String text(String html) {
        return html.replaceAll("<[^>]*>", "");
    }

    private void assertRevealed(String id, String credential) {
        String page = providers + "/" + id;
        owner.submit(page, page + "/reveal", Map.of())
                .then()
                .statusCode(200)
                .body(containsString(">" + credential + "<"));
    }

    private String create(String name, Map<String, String> fields) {
        send("new", fields(name, fields)).then().statusCode(303);
        return Api.asAdmin()
                .queryParam("name", name)
                .get("/organizations/{o}/secret-providers", organization)
                .path("items[0].id");
    }

    private Response send(String form, Map<String, String> fields) {
        return owner.submit(providers + "/" + form, fields);
    }

    private static Map<String, String> fields(String name, Map<String, String> more) {
        Map<String, String> fields = new HashMap<>(Map.of("name", name, "address", ADDRESS, "auth_method", "token"));
        fields.putAll(more);
        return fields;
    }

    private static Map<String, String> remote(String name, String provider) {
        return Map.of(
                "name",
                name,
                "storage",
                "remote",
                "provider",
                provider,
                "remote_path",
                "kv/data/prod/openai",
                "remote_key",
                "value",
                "value",
                "ignored");
    }

    private ValidatableResponse stored(String id) {
        return Api.get("/organizations/{o}/secret-providers/{p}", organization, id);
    }

    private String secret(String name) {
        return Api.asAdmin()
                .queryParam("name", name)
                .get("/organizations/{o}/secrets", organization)
                .path("items[0].id");
    }
}
