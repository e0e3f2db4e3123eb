package io.agyn.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.oneOf;
import static org.hamcrest.Matchers.startsWith;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Access tokens of the identity provider are bearer tokens. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@WithTestResource(FakeProvider.class)
class AccessTokensTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final FakeProvider provider = FakeProvider.running();
    private final String subject = Api.freshName("subject");

    @BeforeEach
    void awaitProvider() {
        String token = Api.adminToken();
        assertThat(token).isNotEmpty();
        await().atMost(SOON).until(() -> provider.keyFetches() > 0);
    }

    @Test
    void firstTokenCreatesTheUser() throws Exception {
        String email = Api.freshName("ada") + "@acme.example";
        String token =
                provider.accessToken(subject, Map.of("name", "Ada Lovelace", "email", email, "email_verified", true));
        String id = me(token)
                .body("name", equalTo("Ada Lovelace"))
                .body("email", equalTo(email))
                .body("api_token_id", nullValue())
                .extract()
                .path("id");
        Api.asAdmin()
                .queryParam("oidc_subject", subject)
                .get("/users")
                .then()
                .body("items", hasSize(1))
                .body("items[0].id", equalTo(id))
                .body("items[0].oidc_subject", equalTo(subject));
        Api.asAdmin()
                .get("/audit-events?operation=createUser&user_id=" + id)
                .then()
                .body("items", hasSize(1))
                .body("items[0].resource_id", equalTo(id));
    }

    @Test
    void usernameIsDerivedAndFree() throws Exception {
        String wish = "Ada.L" + subject.substring(subject.length() - 8);
        String expected = wish.toLowerCase(Locale.ROOT).replace('.', '-');
        me(provider.accessToken(subject, Map.of("preferred_username", wish))).body("username", equalTo(expected));
        me(provider.accessToken(Api.freshName("other"), Map.of("preferred_username", wish)))
                .body("username", equalTo(expected + "-2"));
    }

    @Test
    void subjectIsTheKeyAndNotTheEmail() throws Exception {
        String email = Api.freshName("ada") + "@acme.example";
        String first = idOf(Map.of("email", email, "email_verified", true));
        assertThat(idOf(Map.of("email", "other@acme.example", "email_verified", true)))
                .isEqualTo(first);
        String other = me(provider.accessToken(Api.freshName("other"), Map.of("email", email, "email_verified", true)))
                .body("email", nullValue())
                .extract()
                .path("id");
        assertThat(other).isNotEqualTo(first);
    }

    @Test
    void verifiedEmailLinksAnExistingUserOnce() throws Exception {
        String email = Api.freshName("grace") + "@acme.example";
        String existing = created(Api.asAdmin()
                .body(Map.of("name", "Grace", "email", email, "role", "user"))
                .post("/users"));
        assertThat(idOf(Map.of("email", email.toUpperCase(Locale.ROOT), "email_verified", true)))
                .isEqualTo(existing);
        Api.asAdmin()
                .get("/audit-events?operation=linkUser&user_id=" + existing)
                .then()
                .body("items", hasSize(1));
        assertThat(me(provider.accessToken(Api.freshName("thief"), Map.of("email", email, "email_verified", true)))
                        .extract()
                        .<String>path("id"))
                .isNotEqualTo(existing);
    }

    @Test
    void unverifiedEmailLinksNobody() throws Exception {
        String email = Api.freshName("grace") + "@acme.example";
        String existing = created(Api.asAdmin()
                .body(Map.of("name", "Grace", "email", email, "role", "user"))
                .post("/users"));
        assertThat(idOf(Map.of("email", email, "email_verified", false))).isNotEqualTo(existing);
    }

    @Test
    void clusterAdminsNeedAVerifiedEmail() throws Exception {
        me(provider.accessToken(subject, Map.of("email", FakeProvider.ADMIN_EMAIL, "email_verified", false)))
                .body("role", equalTo("user"));
        me(provider.accessToken(
                        Api.freshName("root"), Map.of("email", FakeProvider.ADMIN_EMAIL, "email_verified", true)))
                .body("role", equalTo("cluster_admin"));
    }

    @Test
    void clusterAdminByGroupEndsWithTheGroup() throws Exception {
        String email = Api.freshName("lead") + "@acme.example";
        Map<String, Object> claims = Map.of("email", email, "email_verified", true);
        String admin = provider.accessToken(
                subject,
                Map.of("email", email, "email_verified", true, "groups", List.of(FakeProvider.ADMIN_GROUP, "dev")));
        me(admin).body("role", equalTo("cluster_admin"));
        me(provider.accessToken(subject, claims)).body("role", equalTo("user"));
        await().atMost(SOON).untilAsserted(() -> me(admin).body("role", equalTo("user")));
    }

    @Test
    void olderTokenDoesNotBringALostGroupBack() throws Exception {
        String email = Api.freshName("lead") + "@acme.example";
        me(admin(email, 20)).body("role", equalTo("cluster_admin"));
        me(provider.accessToken(subject, Map.of("email", email, "email_verified", true)))
                .body("role", equalTo("user"));
        me(admin(email, 10)).body("role", equalTo("user"));
    }

    private String admin(String email, int age) throws Exception {
        return provider.accessToken(
                subject,
                Map.of(
                        "email",
                        email,
                        "email_verified",
                        true,
                        "groups",
                        List.of(FakeProvider.ADMIN_GROUP),
                        "iat",
                        Instant.now().getEpochSecond() - age));
    }

    @Test
    void suspendedUserIsRejectedEverywhere() throws Exception {
        String token = provider.accessToken(subject, Map.of());
        String id = me(token).extract().path("id");
        models(token, 200);
        Api.asAdmin()
                .body(Map.of(
                        "name",
                        "Suspended",
                        "email",
                        Api.freshName("s") + "@acme.example",
                        "role",
                        "user",
                        "state",
                        "suspended"))
                .put("/users/{id}", id)
                .then()
                .statusCode(200);
        Api.as(token).get("/me").then().statusCode(401).body("detail", containsString("suspended"));
        await().atMost(Duration.ofSeconds(2)).untilAsserted(() -> models(token, 401));
    }

    @Test
    void proxyAcceptsTheTokenInBothHeaders() throws Exception {
        String token = provider.accessToken(subject, Map.of());
        models(token, 200);
        RestAssured.given().header("x-api-key", token).get("/v1/models").then().statusCode(200);
        RestAssured.given()
                .header("x-api-key", "placeholder")
                .header("Authorization", "Bearer " + token)
                .get("/v1/models")
                .then()
                .statusCode(200);
    }

    @Test
    void invalidTokensAreExplained() throws Exception {
        String expired =
                provider.accessToken(subject, Map.of("exp", Instant.now().getEpochSecond() - 120));
        Api.as(expired)
                .get("/me")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", containsString("error=\"invalid_token\""))
                .body("detail", startsWith("The access token expired at "));
        RestAssured.given()
                .auth()
                .oauth2(expired)
                .get("/v1/models")
                .then()
                .statusCode(401)
                .body("error.message", startsWith("The access token expired at "));
        Api.as(provider.accessToken(subject, Map.of("nonce", "n")))
                .get("/me")
                .then()
                .statusCode(401)
                .body("detail", containsString("ID token"));
        Api.as(provider.accessToken(subject, Map.of("aud", "account")))
                .get("/me")
                .then()
                .statusCode(401)
                .body("detail", containsString("AGYN_OIDC_AUDIENCE"));
        assertThat(Api.asAdmin()
                        .queryParam("oidc_subject", subject)
                        .get("/users")
                        .<List<?>>path("items"))
                .isEmpty();
    }

    @Test
    void newKeysAreFetchedAndWithdrawnKeysRejected() throws Exception {
        String old = provider.accessToken(subject, Map.of());
        me(old);
        models(old, 200);
        RSAKey next = new RSAKeyGenerator(2048).keyID("next").generate();
        String fresh = Issuer.sign(
                Issuer.json(Map.of("alg", "RS256", "kid", "next")),
                Issuer.json(provider.claims(subject, Map.of())),
                JWSAlgorithm.RS256,
                new RSASSASigner(next));
        provider.publish(next);
        try {
            await().atMost(SOON).untilAsserted(() -> me(fresh).body("id", notNullValue()));
            Api.as(old).get("/me").then().statusCode(401);
            models(old, 401);
        } finally {
            provider.publish(provider.issuer().rsa, provider.issuer().ec);
            await().atMost(SOON).untilAsserted(() -> me(provider.accessToken(subject, Map.of("jti", "again"))));
        }
    }

    @Test
    void unknownKeyIdsCauseFewFetches() throws Exception {
        int before = provider.keyFetches();
        for (int i = 0; i < 50; i++) {
            String forged = provider.issuer()
                    .token(Map.of("alg", "RS256", "kid", "forged-" + i), provider.claims(subject, Map.of()));
            RestAssured.given().auth().oauth2(forged).get("/v1/models").then().statusCode(oneOf(401, 429));
        }
        assertThat(provider.keyFetches() - before).isLessThanOrEqualTo(4);
    }

    private String idOf(Map<String, ?> claims) throws Exception {
        return me(provider.accessToken(subject, claims)).extract().path("id");
    }

    private static String created(Response response) {
        return response.then().statusCode(201).extract().path("id");
    }

    private static ValidatableResponse me(String token) {
        return Api.as(token).get("/me").then().statusCode(200);
    }

    private static void models(String token, int status) {
        RestAssured.given().auth().oauth2(token).get("/v1/models").then().statusCode(status);
    }
}
