package io.agyn.proxy.routing;

import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.access.Identity;
import io.agyn.api.model.Protocol;
import io.agyn.changes.ChangeFeedConnections;
import io.agyn.changes.RowChange;
import io.agyn.changes.RowChange.Operation;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class RoutesTest {
    private static final Duration IN_FORCE = Duration.ofSeconds(1);

    @Inject
    Routes routes;

    @Inject
    RouteLookup lookup;

    @Inject
    Callers callers;

    @Inject
    DataSource database;

    /** A cluster admin whose home is the organization. */
    private Identity admin;

    private String organization;
    private String slug;
    private String secret;
    private String provider;
    private String model;
    private String name;

    @BeforeEach
    void aFreshModel() {
        organization = Api.organization();
        String user = Api.user("cluster_admin");
        Api.join(organization, user, "owner");
        admin = callers.identify(HashedToken.of(Api.tokenOf(user)), Api.USE)
                .join()
                .orElseThrow();
        slug = Api.get("/organizations/{id}", organization).extract().path("slug");
        secret = Api.secret(organization, "sk-first");
        provider = Api.provider(organization, secret);
        model = Api.model(organization, provider);
        name = Api.get("/organizations/{org}/models/{id}", organization, model)
                .extract()
                .path("name");
    }

    @Test
    void modelIsFoundByNameByIdAndBySlugAndName() {
        for (String called : List.of(name, model, slug + "/" + name)) {
            assertThat(target(admin, Optional.empty(), called).modelId()).isEqualTo(UUID.fromString(model));
        }
    }

    @Test
    void aliasResolvesAfterNamesAndBeforeIds() throws InterruptedException {
        String alias = Api.freshName("alias");
        setAlias(model, name, alias);
        await(admin, alias, route -> isTo(route, model));
        await(admin, slug + "/" + alias, route -> isTo(route, model));

        String other = create(organization, Api.freshName("other"), provider);
        setAlias(model, name, other);
        await(admin, alias, Route.UnknownModel.class::isInstance);
        await(bound(organization), other, route -> isTo(route, model));
    }

    @Test
    void aliasOfTheHomeOrganizationWinsOverANameElsewhere() throws InterruptedException {
        String other = Api.organization();
        String twin = create(other, Api.freshName("twin"), Api.provider(other, Api.secret(other, "v")));
        String twinName = Api.get("/organizations/{org}/models/{id}", other, twin)
                .extract()
                .path("name");
        setAlias(model, name, twinName);
        await(admin, twinName, route -> isTo(route, model));
        await(admin, slug + "/" + twinName, route -> isTo(route, model));
        await(bound(organization), twinName, route -> isTo(route, model));
    }

    private void setAlias(String id, String of, String alias) {
        asAdmin()
                .body(Map.of("name", of, "provider_id", provider, "remote_model_name", "gpt-4o", "alias", alias))
                .put("/organizations/{org}/models/{id}", organization, id)
                .then()
                .statusCode(200);
    }

    private static boolean isTo(Route route, String id) {
        return route instanceof Route.Found found && found.target().modelId().equals(UUID.fromString(id));
    }

    @Test
    void targetHasTheProvidersEndpointAndCredentials() {
        Target target = target(admin, Optional.empty(), name);
        assertThat(target.organizationId()).isEqualTo(UUID.fromString(organization));
        assertThat(target.modelName()).isEqualTo(name);
        assertThat(target.providerId()).isEqualTo(UUID.fromString(provider));
        assertThat(target.protocol()).isEqualTo(Protocol.RESPONSES);
        assertThat(target.endpoint()).isEqualTo(Endpoint.of("https://api.openai.com/v1"));
        assertThat(target.credentials()).containsExactly(Map.entry("authorization", "Bearer sk-first"));
        assertThat(new String(target.remoteModel(), StandardCharsets.UTF_8)).isEqualTo("\"gpt-4o\"");
        assertThat(target.toString()).doesNotContain("sk-first");
    }

    @Test
    void inlineTokenAndCustomHeadersAreSentToo() {
        String inline = modelOf(Api.providerBody("x_api_key", Map.of("token", "sk-inline")));
        assertThat(target(admin, Optional.empty(), inline).credentials())
                .containsExactly(Map.entry("x-api-key", "sk-inline"));
        String headers = modelOf(Api.providerBody("custom_headers", Map.of("custom_headers", Map.of("X-Key", "k"))));
        assertThat(target(admin, Optional.empty(), headers).credentials()).containsExactly(Map.entry("x-key", "k"));
    }

    @Test
    void nameInSeveralOrganizationsResolvesInTheHomeOrganization() {
        String other = Api.organization();
        String otherSlug = Api.get("/organizations/{id}", other).extract().path("slug");
        String twin = create(other, name, Api.provider(other, Api.secret(other, "v")));

        assertThat(target(admin, Optional.empty(), name).modelId()).isEqualTo(UUID.fromString(model));

        for (Optional<String> chosen : List.of(Optional.of(other), Optional.of(otherSlug))) {
            assertThat(target(admin, chosen, name).modelId()).isEqualTo(UUID.fromString(twin));
        }
        assertThat(target(admin, Optional.empty(), otherSlug + "/" + name).modelId())
                .isEqualTo(UUID.fromString(twin));
        assertThat(target(admin, Optional.of(slug), name).modelId()).isEqualTo(UUID.fromString(model));
    }

    @Test
    void nameWinsOverIdAndIdOverSlugAndNameInAnOrganization() {
        String namedAsId = create(organization, model, provider);
        assertThat(target(admin, Optional.empty(), model).modelId()).isEqualTo(UUID.fromString(namedAsId));
        String namedAsPath = create(organization, slug + "/" + name, provider);
        assertThat(target(admin, Optional.of(slug), slug + "/" + name).modelId())
                .isEqualTo(UUID.fromString(namedAsPath));
    }

    @Test
    void modelOfADeletedProviderIsOrphaned() {
        asAdmin()
                .delete("/organizations/{org}/llm-providers/{id}", organization, provider)
                .then()
                .statusCode(204);
        assertThat(route(admin, Optional.empty(), name))
                .isEqualTo(new Route.Orphaned(UUID.fromString(organization), UUID.fromString(model), name));
    }

    @Test
    void unknownNameIsAnUnknownModel() {
        for (String called : List.of(
                "none",
                UUID.randomUUID().toString(),
                slug + "/none",
                "none/" + name,
                "/",
                "a\0b",
                "a".repeat(10_000))) {
            assertThat(route(admin, Optional.empty(), called)).isEqualTo(new Route.UnknownModel());
        }
        for (String chosen : List.of("none", UUID.randomUUID().toString(), "", "a".repeat(10_000))) {
            assertThat(route(admin, Optional.of(chosen), name)).isEqualTo(new Route.UnknownOrganization());
        }
    }

    @Test
    void boundTokenFindsOnlyModelsOfItsOrganization() {
        Identity bound = bound(organization);
        Identity stranger = bound(Api.organization());
        for (String called : List.of(name, model, slug + "/" + name)) {
            assertThat(target(bound, Optional.empty(), called).modelId()).isEqualTo(UUID.fromString(model));
            assertThat(route(stranger, Optional.empty(), called)).isEqualTo(new Route.UnknownModel());
        }
        for (String chosen : List.of(organization, slug)) {
            assertThat(target(bound, Optional.of(chosen), name).modelId()).isEqualTo(UUID.fromString(model));
            assertThat(route(stranger, Optional.of(chosen), name)).isEqualTo(new Route.UnknownOrganization());
        }
    }

    @Test
    void boundTokenIgnoresOtherOrganizationsModelsOfTheSameName() {
        String other = Api.organization();
        create(other, name, Api.provider(other, Api.secret(other, "v")));
        assertThat(target(bound(organization), Optional.empty(), name).modelId())
                .isEqualTo(UUID.fromString(model));
    }

    @Test
    void memberFindsOnlyModelsOfTheirOrganizations() {
        String user = Api.user();
        Identity stranger = identity(user);
        Api.join(Api.organization(), user, "owner");
        Identity elsewhere = identity(user);
        Api.join(organization, user, "member");
        Identity member = identity(user);
        assertThat(route(member, Optional.empty(), name)).isEqualTo(new Route.UnknownModel(List.of(slug + "/" + name)));
        for (String called : List.of(model, slug + "/" + name)) {
            assertThat(target(member, Optional.empty(), called).modelId()).isEqualTo(UUID.fromString(model));
            for (Identity other : List.of(stranger, elsewhere)) {
                assertThat(route(other, Optional.empty(), called)).isEqualTo(new Route.UnknownModel());
            }
        }
        for (String chosen : List.of(organization, slug)) {
            assertThat(target(member, Optional.of(chosen), name).modelId()).isEqualTo(UUID.fromString(model));
            for (Identity other : List.of(stranger, elsewhere)) {
                assertThat(route(other, Optional.of(chosen), name)).isEqualTo(new Route.UnknownOrganization());
            }
        }
    }

    @Test
    void joiningAnOrganizationChangesNoNameWithoutASlug() {
        String second = Api.organization();
        String secondSlug = Api.get("/organizations/{id}", second).extract().path("slug");
        String twin = create(second, name, Api.provider(second, Api.secret(second, "v")));
        String user = Api.user();
        Api.join(organization, user, "member");
        assertThat(target(identity(user), Optional.empty(), name).modelId()).isEqualTo(UUID.fromString(model));
        Api.join(second, user, "owner");
        assertThat(target(identity(user), Optional.empty(), name).modelId()).isEqualTo(UUID.fromString(model));
        assertThat(target(identity(user), Optional.empty(), secondSlug + "/" + name)
                        .modelId())
                .isEqualTo(UUID.fromString(twin));
        assertThat(target(bound(second), Optional.empty(), name).modelId()).isEqualTo(UUID.fromString(twin));
    }

    @Test
    void chosenHomeIsUsedUntilTheUserLeavesIt() {
        String second = Api.organization();
        String twin = create(second, name, Api.provider(second, Api.secret(second, "v")));
        String user = Api.user();
        Api.join(organization, user, "member");
        Api.join(second, user, "member");
        chooseHome(user, second);
        assertThat(target(identity(user), Optional.empty(), name).modelId()).isEqualTo(UUID.fromString(twin));
        Api.leave(second, user);
        assertThat(target(identity(user), Optional.empty(), name).modelId()).isEqualTo(UUID.fromString(model));
        Api.join(second, user, "member");
        assertThat(target(identity(user), Optional.empty(), name).modelId()).isEqualTo(UUID.fromString(twin));
        chooseHome(user, null);
        assertThat(target(identity(user), Optional.empty(), name).modelId()).isEqualTo(UUID.fromString(model));
    }

    @Test
    void clusterAdminWithoutAHomeGetsTheNameWithItsSlug() {
        String user = Api.user("cluster_admin");
        Identity homeless = identity(user);
        assertThat(homeless.home()).isEmpty();
        assertThat(route(homeless, Optional.empty(), name)).isEqualTo(new Route.NoHome(List.of(slug + "/" + name)));
        assertThat(route(homeless, Optional.empty(), "none")).isEqualTo(new Route.NoHome(List.of()));
        assertThat(route(homeless, Optional.empty(), slug + "/none")).isEqualTo(new Route.UnknownModel());
        assertThat(target(homeless, Optional.empty(), model).modelId()).isEqualTo(UUID.fromString(model));
        assertThat(target(homeless, Optional.of(slug), name).modelId()).isEqualTo(UUID.fromString(model));
        chooseHome(user, organization);
        assertThat(target(identity(user), Optional.empty(), name).modelId()).isEqualTo(UUID.fromString(model));
    }

    private static void chooseHome(String user, @Nullable String home) {
        Map<String, Object> body = new HashMap<>();
        body.put("home_organization_id", home);
        Api.as(Api.tokenOf(user)).body(body).put("/me").then().statusCode(200);
    }

    @Test
    void callersWithTheSameAccessShareOneTarget() {
        String one = Api.user();
        String other = Api.user();
        for (String user : List.of(one, other)) {
            Api.join(organization, user, "member");
        }
        assertThat(target(identity(one), Optional.empty(), name))
                .isSameAs(target(identity(other), Optional.empty(), name))
                .isSameAs(target(bound(organization), Optional.empty(), name));
    }

    @Test
    void undecryptableCredentialIsNotReportedAsADatabaseOutage() throws SQLException {
        execute("update secret set value_ciphertext = '\\x00' where id = '" + secret + "'");
        assertThat(route(admin, Optional.empty(), name)).isInstanceOf(Route.Unreadable.class);
    }

    @Test
    void rotatedSecretIsEffectiveWithinASecond() throws InterruptedException {
        target(admin, Optional.empty(), name);
        rotate("sk-second");
        awaitCredential("Bearer sk-second");
    }

    @Test
    void onlyEntriesAffectedByAChangeAreLookedUpAgain() {
        // A cache that the server's feed does not notify.
        Routes alone = new Routes(lookup, new LookupExecutor(1, Duration.ofSeconds(5)));
        Identity bound = bound(organization);
        UUID here = UUID.fromString(organization);
        UUID elsewhere = UUID.randomUUID();
        for (Identity identity : List.of(admin, bound)) {
            assertThat(isKeptAfter(alone, identity, "secret", elsewhere)).isTrue();
            assertThat(isKeptAfter(alone, identity, "llm_provider", elsewhere)).isTrue();
            assertThat(isKeptAfter(alone, identity, "api_token", here)).isTrue();
            for (String table : List.of("model", "organization")) {
                assertThat(isKeptAfter(alone, identity, table, here)).isFalse();
            }
            for (String table : List.of("secret", "llm_provider")) {
                assertThat(isKeptAfter(alone, identity, table, here)).isTrue();
            }
            for (Operation operation : List.of(Operation.UPDATE, Operation.DELETE)) {
                assertThat(isKeptAfter(alone, identity, "secret", operation, UUID.fromString(secret), here))
                        .isFalse();
                assertThat(isKeptAfter(alone, identity, "llm_provider", operation, UUID.fromString(provider), here))
                        .isFalse();
            }
            assertThat(isKeptAfter(alone, identity, "secret", Operation.INSERT, UUID.fromString(secret), here))
                    .isTrue();
        }
        // For a token that reaches both, it may be a model of the same name, or a slug.
        assertThat(isKeptAfter(alone, admin, "model", elsewhere)).isFalse();
        assertThat(isKeptAfter(alone, admin, "organization", elsewhere)).isFalse();
        assertThat(isKeptAfter(alone, bound, "model", elsewhere)).isTrue();
        assertThat(isKeptAfter(alone, bound, "organization", elsewhere)).isTrue();
    }

    private boolean isKeptAfter(Routes alone, Identity identity, String table, UUID changed) {
        return isKeptAfter(alone, identity, table, Operation.UPDATE, UUID.randomUUID(), changed);
    }

    private boolean isKeptAfter(
            Routes alone, Identity identity, String table, Operation operation, UUID row, UUID changed) {
        Route before = alone.find(identity, Optional.empty(), name).join();
        alone.onChanges(List.of(new RowChange(table, operation, row, Optional.of(changed))));
        return alone.find(identity, Optional.empty(), name).join() == before;
    }

    @Test
    void nameTakenByAnotherOrganizationChangesNothing() throws InterruptedException {
        String other = Api.organization();
        String otherSlug = Api.get("/organizations/{id}", other).extract().path("slug");
        target(admin, Optional.empty(), name);
        String twin = create(other, name, Api.provider(other, Api.secret(other, "v")));
        await(admin, otherSlug + "/" + name, route -> isTo(route, twin));
        assertThat(target(admin, Optional.empty(), name).modelId()).isEqualTo(UUID.fromString(model));
        asAdmin()
                .delete("/organizations/{org}/models/{id}", organization, model)
                .then()
                .statusCode(204);
        await(admin, name, new Route.UnknownModel(List.of(otherSlug + "/" + name))::equals);
    }

    @Test
    void changedSlugIsEffectiveWithinASecond() throws InterruptedException {
        target(admin, Optional.empty(), slug + "/" + name);
        String newSlug = "s" + organization.replace("-", "");
        asAdmin()
                .body(Map.of("name", "Renamed", "slug", newSlug))
                .put("/organizations/{id}", organization)
                .then()
                .statusCode(200);
        await(admin, slug + "/" + name, route -> route instanceof Route.UnknownModel);
        await(admin, newSlug + "/" + name, route -> route instanceof Route.Found);
    }

    @Test
    void changesOfProviderAndModelTakeEffectWithinASecond() throws InterruptedException {
        Identity bound = bound(organization);
        target(bound, Optional.empty(), name);
        Map<String, Object> body = Api.providerBody("bearer", Map.of("token_secret_id", secret));
        body.put("endpoint", "https://other.example");
        asAdmin()
                .body(body)
                .put("/organizations/{org}/llm-providers/{id}", organization, provider)
                .then()
                .statusCode(200);
        await(
                bound,
                route -> route instanceof Route.Found found
                        && found.target().endpoint().host().equals("other.example"));
        asAdmin()
                .delete("/organizations/{org}/models/{id}", organization, model)
                .then()
                .statusCode(204);
        await(bound, route -> route instanceof Route.UnknownModel);
    }

    @Test
    void changesTakeEffectAfterTheFeedConnectionIsKilled() throws Exception {
        for (int i = 0; i < 3; i++) {
            target(admin, Optional.empty(), name);
            ChangeFeedConnections.kill(database);
            rotate("sk-" + i);
            awaitCredential("Bearer sk-" + i);
        }
    }

    @Test
    void cachedEntryIsNotLookedUpAgain() {
        Identity bound = bound(organization);
        assertThat(target(bound, Optional.empty(), name)).isSameAs(target(bound, Optional.empty(), name));
    }

    private Target target(Identity identity, Optional<String> chosen, String called) {
        assertThat(route(identity, chosen, called)).isInstanceOf(Route.Found.class);
        return ((Route.Found) route(identity, chosen, called)).target();
    }

    private Route route(Identity identity, Optional<String> chosen, String called) {
        return routes.find(identity, chosen, called).join();
    }

    private void awaitCredential(String value) throws InterruptedException {
        await(
                admin,
                route -> route instanceof Route.Found found
                        && found.target().credentials().equals(List.of(Map.entry("authorization", value))));
    }

    private void await(Identity identity, Predicate<Route> inForce) throws InterruptedException {
        await(identity, name, inForce);
    }

    private void await(Identity identity, String called, Predicate<Route> inForce) throws InterruptedException {
        Awaitility.await("the change is effective within a second")
                .atMost(IN_FORCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> inForce.test(route(identity, Optional.empty(), called)));
    }

    private void rotate(String value) {
        asAdmin()
                .body(Map.of("name", Api.freshName("secret"), "value", value))
                .put("/organizations/{org}/secrets/{id}", organization, secret)
                .then()
                .statusCode(200);
    }

    private Identity bound(String to) {
        return callers.identify(HashedToken.of(Api.tokenBoundTo(to)), Api.USE)
                .join()
                .orElseThrow();
    }

    private Identity identity(String user) {
        return callers.identify(HashedToken.of(Api.tokenOf(user)), Api.USE)
                .join()
                .orElseThrow();
    }

    private String modelOf(Map<String, Object> providerBody) {
        String of = asAdmin()
                .body(providerBody)
                .post("/organizations/{org}/llm-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        return Api.model(organization, of);
    }

    private static String create(String in, String called, String of) {
        return asAdmin()
                .body(Map.of("name", called, "provider_id", of, "remote_model_name", "r"))
                .post("/organizations/{org}/models", in)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        }
    }
}
