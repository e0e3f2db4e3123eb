package io.agyn.console.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.agyn.console.Visitor;
import io.agyn.database.PostgresTestResource;
import io.agyn.keys.credentials.CredentialCipher;
import io.agyn.keys.credentials.EncryptionContext;
import io.agyn.testing.Api;
import io.agyn.testing.Database;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class TokensPagesTest {
    private static final Pattern PLAINTEXT = Pattern.compile("agyn_[0-9A-Za-z]{44}");

    private final Database database;
    private final CredentialCipher cipher;

    private String organization;
    private String user;
    private Visitor owner;
    private String tokens;

    TokensPagesTest(Database database, CredentialCipher cipher) {
        this.database = database;
        this.cipher = cipher;
    }

    @BeforeEach
    void createOrganization() {
        organization = Api.organization();
        user = Api.user();
        Api.join(organization, user, "owner");
        owner = Visitor.signedIn(Api.tokenOf(user));
        tokens = "/organizations/" + organization + "/tokens";
    }

    @Test
    void newTokenIsShownOnceAndWorks() {
        String form = owner.page(tokens + "/new");
        assertThat(form).contains("<option value=\"" + organization + "\" selected>");
        Map<String, String> fields = fields(form, "CI", organization, "2099-01-31");
        Response created = owner.post(tokens + "/new", fields);
        created.then().statusCode(200).header("Cache-Control", "no-store").header("Location", nullValue());
        String plaintext = plaintext(created.asString());
        Api.as(plaintext)
                .get("/me")
                .then()
                .statusCode(200)
                .body("id", equalTo(user), "organization_id", equalTo(organization));

        Response reloaded = owner.post(tokens + "/new", fields);
        reloaded.then().statusCode(200).body(containsString("already shown"));
        assertThat(PLAINTEXT.matcher(reloaded.asString()).find()).isFalse();
        String list = owner.page(tokens);
        assertThat(list).contains("CI", plaintext.substring(0, 12), "2099-01-31 00:00 UTC");
        assertThat(PLAINTEXT.matcher(list).find()).isFalse();
        assertThat(list.split("<th scope=\"row\">")).hasSize(2);
    }

    @Test
    void defaultModelOfATokenIsChosenOnTheOrganizationsPage() {
        String model = Api.model(organization, Api.provider(organization, Api.secret(organization, "sk")));
        Map<String, String> fields = fields(owner.page(tokens + "/new"), "CI", organization, "");
        fields.put("default_model_id", model);
        Response created = owner.post(tokens + "/new", fields);
        created.then().statusCode(200);
        Api.asAdmin()
                .queryParam("user_id", user)
                .get("/api-tokens")
                .then()
                .body("items.default_model_id", hasItem(model));
    }

    @Test
    void serverStoresOnlyTheHashOfAToken() throws SQLException {
        Map<String, String> fields = fields(owner.page(tokens + "/new"), "CI", organization, "");
        String plaintext = plaintext(owner.post(tokens + "/new", fields).asString());
        String key = fields.get("key");
        UUID id = database.column(UUID.class, "select id from idempotency_key where key = ?", key)
                .getFirst();
        byte[] kept = database.column(byte[].class, "select answer_ciphertext from idempotency_key where key = ?", key)
                .getFirst();
        assertThat(cipher.decrypt(kept, new EncryptionContext(new UUID(0, 0), "idempotency_key", id, "answer")))
                .contains("CI", plaintext.substring(0, 12))
                .doesNotContain(plaintext);
    }

    @Test
    void repeatedFormWithChangesCreatesAnotherToken() {
        String form = owner.page(tokens + "/new");
        owner.post(tokens + "/new", fields(form, "first", organization, ""))
                .then()
                .statusCode(200);
        Response again = owner.post(tokens + "/new", fields(form, "second", organization, ""));
        again.then().statusCode(422).body(containsString("has already created an API token"));
        assertThat(again.asString()).contains("value=\"second\"");
        Response second = owner.post(tokens + "/new", fields(again.asString(), "second", organization, ""));
        second.then().statusCode(200);
        plaintext(second.asString());
    }

    @Test
    void errorsAreBesideTheirFieldsAndInputIsKept() {
        String form = owner.page(tokens + "/new");
        Response past = owner.post(tokens + "/new", fields(form, "", organization, "2001-01-31"));
        past.then().statusCode(422);
        assertThat(past.asString())
                .contains("<a href=\"#description\">", "<a href=\"#expires_at\">", "value=\"2001-01-31\"");
        owner.post(tokens + "/new", fields(form, "CI", organization, "tomorrow"))
                .then()
                .statusCode(422)
                .body(containsString("#expires_at\">Expires on (00:00 UTC)</a>: Enter a date such as"))
                .body(containsString("value=\"tomorrow\""));
        owner.post(tokens + "/new", fields(form, "CI", "all", ""))
                .then()
                .statusCode(422)
                .body(containsString("<a href=\"#organization_id\">"));
        owner.post(tokens + "/new", fields(form, "CI", Api.organization(), ""))
                .then()
                .statusCode(422)
                .body(containsString(
                        "#organization_id\">Access</a>: This organization does not exist, or you cannot access it"));
    }

    @Test
    void organizationListsOnlyTokensThatAreBoundToIt() {
        Api.tokenOf(user, organization);
        assertThat(owner.page(tokens).split("<th scope=\"row\">")).hasSize(2);
        String all = owner.page("/tokens");
        assertThat(all.split("<th scope=\"row\">")).hasSize(3);
        assertThat(all).contains("everything its user can access");
        String unbound = Api.as(Api.tokenOf(user)).get("/me").path("api_token_id");
        owner.get("/tokens/" + unbound).then().statusCode(200);
        owner.get(tokens + "/" + unbound).then().statusCode(404);
    }

    @Test
    void revocationAsksForConfirmation() {
        String plaintext = Api.tokenOf(user, organization);
        String id = Api.as(plaintext).get("/me").path("api_token_id");
        assertThat(owner.page(tokens + "/" + id)).contains("Revoke…", plaintext.substring(0, 12));
        assertThat(owner.page(tokens + "/" + id + "/revoke"))
                .contains("cannot be undone", "API tokens that it created")
                .doesNotContain("You signed in with it");
        owner.submit(tokens + "/" + id + "/revoke", Map.of())
                .then()
                .statusCode(303)
                .header("Location", containsString("/tokens"));
        Api.as(plaintext).get("/me").then().statusCode(401);
    }

    @Test
    void listShowsWhichTokenCreatedEach() {
        String creator = Api.tokenOf(user);
        Visitor visitor = Visitor.signedIn(creator);
        String id = Api.as(creator).get("/me").path("api_token_id");
        visitor.post(tokens + "/new", fields(visitor.page(tokens + "/new"), "CI", organization, ""))
                .then()
                .statusCode(200);
        assertThat(visitor.page("/tokens")).contains("<a href=\"/tokens/" + id + "\">", "another user's API token");
    }

    @Test
    void revocationOfTheSessionsTokenWarns() {
        String plaintext = Api.tokenOf(user);
        String id = Api.as(plaintext).get("/me").path("api_token_id");
        Visitor visitor = Visitor.signedIn(plaintext);
        assertThat(visitor.page("/tokens/" + id + "/revoke")).contains("You signed in with it");
        visitor.submit("/tokens/" + id + "/revoke", Map.of()).then().statusCode(303);
        assertThat(visitor.get("/tokens").getHeader("Location")).startsWith("/sign-in");
    }

    @Test
    void clusterAdminManagesTokensOfOthers() {
        Visitor admin = Visitor.signedIn(Api.adminToken());
        String theirs = Api.tokenOf(user, organization);
        String id = Api.as(theirs).get("/me").path("api_token_id");
        assertThat(admin.page(tokens)).doesNotContain(theirs.substring(0, 12));
        assertThat(admin.page(tokens + "?user=" + user))
                .contains("API tokens of <bdi>Payments</bdi>", theirs.substring(0, 12), "/new?user=" + user);
        String form = admin.page(tokens + "/new?user=" + user);
        Response created = admin.post(tokens + "/new?user=" + user, fields(form, "made for them", organization, ""));
        created.then().statusCode(200);
        Api.as(plaintext(created.asString())).get("/me").then().body("id", equalTo(user));
        admin.submit(tokens + "/" + id + "/revoke", Map.of())
                .then()
                .statusCode(303)
                .header("Location", containsString("?user=" + user));
        Api.as(theirs).get("/me").then().statusCode(401);
    }

    @Test
    void usersDoNotSeeTokensOfOthers() {
        String theirs = Api.tokenOf(user, organization);
        String id = Api.as(theirs).get("/me").path("api_token_id");
        Visitor other = Visitor.signedIn(Api.tokenOfNew("owner", organization));
        assertThat(other.page(tokens)).doesNotContain(theirs.substring(0, 12));
        assertThat(other.get(tokens + "?user=" + user).asString()).doesNotContain(theirs.substring(0, 12));
        other.get(tokens + "/" + id).then().statusCode(404);
        other.submit(tokens + "/new", tokens + "/" + id + "/revoke", Map.of())
                .then()
                .statusCode(404);
        String form = other.page(tokens + "/new");
        Response rejected = other.post(tokens + "/new?user=" + user, fields(form, "for them", organization, ""));
        assertThat(rejected.statusCode()).isBetween(400, 499);
        assertThat(PLAINTEXT.matcher(rejected.asString()).find()).isFalse();
        Api.as(theirs).get("/me").then().statusCode(200);
    }

    @Test
    void boundTokenHasNoAccessToTokens() {
        Visitor bound = Visitor.signedIn(Api.tokenOf(user, organization));
        assertThat(bound.page("/organizations/" + organization)).doesNotContain("/tokens\"", "/tokens/new");
        bound.get(tokens).then().statusCode(403);
        bound.get(tokens + "/new").then().statusCode(403);
        bound.submit("/organizations/" + organization, tokens + "/new", Map.of("description", "CI", "key", "k"))
                .then()
                .statusCode(403)
                .body(not(containsString("agyn_")));
    }

    @Test
    void otherTenantsGetNotFound() {
        Visitor other = Visitor.signedIn(Api.tokenOfNew("owner", Api.organization()));
        other.get(tokens).then().statusCode(404);
        other.get(tokens + "/new").then().statusCode(404);
    }

    @Test
    void repeatedCreationIsAuditedOnce() {
        String form = owner.page(tokens + "/new");
        Map<String, String> fields = fields(form, Api.freshName("audited"), organization, "");
        owner.post(tokens + "/new", fields);
        owner.post(tokens + "/new", fields);
        Api.asAdmin()
                .get("/audit-events?operation=createApiToken&user_id=" + user)
                .then()
                .body("items", hasSize(1));
    }

    private static Map<String, String> fields(String page, String description, String organization, String expiresAt) {
        Map<String, String> fields = new HashMap<>();
        fields.put("csrf", Visitor.hidden("csrf", page));
        fields.put("key", Visitor.hidden("key", page));
        fields.put("description", description);
        fields.put("scopes", "call_models");
        fields.put("organization_id", organization);
        fields.put("expires_at", expiresAt);
        return fields;
    }

    private static String plaintext(String page) {
        Matcher matcher = PLAINTEXT.matcher(page);
        assertThat(matcher.find()).as("a plaintext in the page").isTrue();
        return matcher.group();
    }
}
