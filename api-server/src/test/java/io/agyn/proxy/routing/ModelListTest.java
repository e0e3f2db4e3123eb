package io.agyn.proxy.routing;

import static io.agyn.testing.Api.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.access.Identity;
import io.agyn.api.model.Protocol;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class ModelListTest {
    @Inject
    ModelList models;

    @Inject
    Routes routes;

    @Inject
    Callers callers;

    @Inject
    DataSource database;

    /** A cluster admin whose home is the organization. */
    private Identity admin;

    private String organization;
    private String slug;
    private String provider;

    @BeforeEach
    void anOrganizationWithAProvider() {
        organization = Api.organization();
        String user = Api.user("cluster_admin");
        Api.join(organization, user, "owner");
        admin = callers.identify(HashedToken.of(Api.tokenOf(user)), Api.USE)
                .join()
                .orElseThrow();
        slug = slug(organization);
        provider = Api.provider(organization, Api.secret(organization, "v"));
    }

    @Test
    void boundTokenListsItsModelsByNameNewestFirst() {
        String first = create(organization, "first", provider);
        String second = create(organization, "second", provider);
        create(Api.organization(), "elsewhere");
        List<ListedModel> list = list(bound(organization), Optional.empty());
        assertThat(list).extracting(ListedModel::id).containsExactly("second", "first");
        assertThat(list)
                .extracting(ListedModel::modelId)
                .containsExactly(UUID.fromString(second), UUID.fromString(first));
        Instant created = Instant.parse(Api.get("/organizations/{org}/models/{id}", organization, second)
                .extract()
                .path("created_at"));
        assertThat(list.getFirst())
                .isEqualTo(new ListedModel(
                        "second", UUID.fromString(second), "second", null, slug, Protocol.RESPONSES, created, null));
    }

    @Test
    void modelWithoutAProviderIsNotListed() {
        String deleted = Api.provider(organization, Api.secret(organization, "v"));
        create(organization, "orphaned", deleted);
        create(organization, "ready", provider);
        asAdmin()
                .delete("/organizations/{org}/llm-providers/{id}", organization, deleted)
                .then()
                .statusCode(204);
        assertThat(list(bound(organization), Optional.empty()))
                .extracting(ListedModel::id)
                .containsExactly("ready");
    }

    @Test
    void outsideOfTheHomeOrganizationTheSlugPrecedesTheName() {
        String other = Api.organization();
        String shared = Api.freshName("shared");
        String alone = Api.freshName("alone");
        create(organization, shared, provider);
        create(organization, alone, provider);
        create(other, shared);
        assertThat(list(admin, Optional.empty()))
                .extracting(ListedModel::id)
                .contains(shared, slug(other) + "/" + shared, alone)
                .doesNotContain(slug + "/" + shared, slug + "/" + alone);
        for (String chosen : List.of(organization, slug)) {
            assertThat(list(admin, Optional.of(chosen)))
                    .extracting(ListedModel::id)
                    .containsExactly(alone, shared);
        }
        assertThat(list(bound(other), Optional.empty()))
                .extracting(ListedModel::id)
                .containsExactly(shared);
    }

    @Test
    void memberListsTheModelsOfTheirOrganizations() {
        String second = Api.organization();
        String foreign = Api.organization();
        create(organization, "shared", provider);
        create(organization, "alone", provider);
        create(second, "shared");
        create(foreign, "alone");
        create(foreign, "elsewhere");
        String user = Api.user();
        Api.join(organization, user, "member");
        Api.join(second, user, "owner");
        Identity member = callers.identify(HashedToken.of(Api.tokenOf(user)), Api.USE)
                .join()
                .orElseThrow();
        assertThat(list(member, Optional.empty()))
                .extracting(ListedModel::id)
                .containsExactly(slug(second) + "/shared", "alone", "shared");
        assertThat(list(member, Optional.of(slug))).extracting(ListedModel::id).containsExactly("alone", "shared");
        assertThat(models.list(member, Optional.of(foreign), Optional.empty()).join())
                .isEmpty();
        assertThat(list(
                        callers.identify(HashedToken.of(Api.tokenOf(Api.user())), Api.USE)
                                .join()
                                .orElseThrow(),
                        Optional.empty()))
                .isEmpty();
    }

    @Test
    void everyModelInAListCanBeCalledByItsId() {
        String shared = Api.freshName("shared");
        create(organization, shared, provider);
        create(Api.organization(), shared);
        // Excludes other tests' models, which may be orphaned.
        List<ListedModel> own = list(admin, Optional.empty()).stream()
                .filter(model -> model.name().equals(shared))
                .toList();
        assertThat(own).hasSize(2);
        for (ListedModel model : own) {
            assertThat(routes.find(admin, Optional.empty(), model.id()).join())
                    .isInstanceOfSatisfying(
                            Route.Found.class,
                            found -> assertThat(found.target().modelId()).isEqualTo(model.modelId()));
        }
    }

    @Test
    void organizationOutOfTheTokensReachHasNoList() {
        Identity bound = bound(organization);
        String other = Api.organization();
        for (String chosen : List.of(
                other, slug(other), "none", "", "a\0b", UUID.randomUUID().toString())) {
            assertThat(models.list(bound, Optional.of(chosen), Optional.empty()).join())
                    .isEmpty();
        }
        assertThat(list(bound, Optional.of(slug))).isEmpty();
    }

    @Test
    void oneModelIsFoundAsTheListHasIt() {
        String shared = Api.freshName("shared");
        UUID model = UUID.fromString(create(organization, shared, provider));
        UUID twin = UUID.fromString(create(Api.organization(), shared));
        Identity bound = bound(organization);
        assertThat(models.find(admin, Optional.empty(), model)
                        .join()
                        .orElseThrow()
                        .id())
                .isEqualTo(shared);
        assertThat(models.find(admin, Optional.empty(), twin)
                        .join()
                        .orElseThrow()
                        .id())
                .endsWith("/" + shared);
        assertThat(models.find(admin, Optional.of(slug), model)
                        .join()
                        .orElseThrow()
                        .id())
                .isEqualTo(shared);
        assertThat(models.find(bound, Optional.empty(), model)
                        .join()
                        .orElseThrow()
                        .id())
                .isEqualTo(shared);
        assertThat(models.find(bound, Optional.empty(), twin).join()).isEmpty();
        assertThat(models.find(admin, Optional.empty(), UUID.randomUUID()).join())
                .isEmpty();
    }

    @Test
    void catalogFitsIntoTheSizeThatCodexReads() throws SQLException {
        Identity bound = bound(organization);
        fill(0, null);
        assertThat(models.catalog(bound, Optional.empty()).join().orElseThrow())
                .hasSize(ModelList.MAX_CATALOG_BYTES / ModelList.MAX_DEFAULT_ENTRY_BYTES);
        fill(300, "{\"description\": \"" + "x".repeat(131_000) + "\"}");
        assertThat(models.catalog(bound, Optional.empty()).join().orElseThrow())
                .hasSize(7)
                .allSatisfy(model -> assertThat(model.codexEntry()).isNotNull());
        assertThat(list(bound, Optional.empty())).hasSize(600).allSatisfy(model -> assertThat(model.codexEntry())
                .isNull());
    }

    /** Stores 300 models, each newer than the one before. */
    private void fill(int from, @Nullable String entry) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement("""
                        insert into model (id, organization_id, name, provider_id, remote_model_name, codex_catalog_entry,
                            created_at, updated_at)
                        select gen_random_uuid(), ?::uuid, 'm' || i, ?::uuid, 'r', ?, now() + i * interval '1 second', now()
                        from generate_series(?, ?) i""")) {
            insert.setString(1, organization);
            insert.setString(2, provider);
            insert.setString(3, entry);
            insert.setInt(4, from);
            insert.setInt(5, from + 299);
            assertThat(insert.executeUpdate()).isEqualTo(300);
        }
    }

    private List<ListedModel> list(Identity identity, Optional<String> chosen) {
        return models.list(identity, chosen, Optional.empty()).join().orElseThrow();
    }

    private Identity bound(String to) {
        return callers.identify(HashedToken.of(Api.tokenBoundTo(to)), Api.USE)
                .join()
                .orElseThrow();
    }

    private static String slug(String organization) {
        return Api.get("/organizations/{id}", organization).extract().path("slug");
    }

    private static String create(String in, String called) {
        return create(in, called, Api.provider(in, Api.secret(in, "v")));
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
}
