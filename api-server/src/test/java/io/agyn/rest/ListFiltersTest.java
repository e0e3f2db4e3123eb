package io.agyn.rest;

import static io.agyn.testing.Api.asAdmin;
import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Kind;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters of lists: search, and related resources. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class ListFiltersTest {
    private String organization;

    @BeforeEach
    void aFreshOrganization() {
        organization = Api.organization();
    }

    @ParameterizedTest
    @EnumSource
    void searchMatchesPartsOfLabelsInAnyCase(Kind kind) {
        String label = Api.freshName("needle");
        String id = create(kind, label);
        create(kind, Api.freshName("hay"));

        search(kind, label.substring(2, 30).toUpperCase(Locale.ROOT)).body("items.id", equalTo(List.of(id)));
        search(kind, label + "x").body("items", equalTo(List.of()));
    }

    @Test
    void usersAndMembersAndOrganizationsAreFoundByTheirNamesToo() {
        String name = Api.freshName("Zoë Åström");
        Map<String, Object> body = new HashMap<>(Kind.USER.body(organization, Api.freshName("zoe")));
        body.put("name", name);
        String user = created("/users", body);
        Api.join(organization, user, "member");
        Api.join(organization, Api.user(), "member");
        String sought = name.substring(1).toUpperCase(Locale.ROOT);

        search(Kind.USER, sought).body("items.id", equalTo(List.of(user)));
        list("/organizations/" + organization + "/members", Map.of("search", sought))
                .body("items.user_id", equalTo(List.of(user)));
        list("/organizations/" + organization + "/members", Map.of("search", body.get("email")))
                .body("items.user_id", equalTo(List.of(user)));

        String named = created("/organizations", Map.of("name", name, "slug", Api.freshName("o")));
        search(Kind.ORGANIZATION, sought).body("items.id", equalTo(List.of(named)));
    }

    @ParameterizedTest
    @EnumSource(names = {"SECRET", "SECRET_PROVIDER", "LLM_PROVIDER", "MODEL"})
    void searchWildcardsMatchLiterally(Kind kind) {
        String odd = create(kind, "100%_\\!odd");
        create(kind, "100xyzodd");

        for (String sought : List.of("%", "_", "\\", "!", "0%_\\!o")) {
            search(kind, sought).body("items.id", equalTo(List.of(odd)));
        }
        search(kind, "%odd%").body("items", equalTo(List.of()));
    }

    @Test
    void searchResultsArePaged() {
        List<String> found =
                List.of(create(Kind.SECRET, "key-1"), create(Kind.SECRET, "other-key"), create(Kind.SECRET, "KEY"));
        create(Kind.SECRET, "none");
        String path = Kind.SECRET.collection(organization);

        String next = list(path, Map.of("search", "key", "page_size", 2))
                .body("items.id", equalTo(found.subList(0, 2)))
                .extract()
                .path("next_page_token");
        list(path, Map.of("search", "key", "page_size", 2, "page_token", next))
                .body("items.id", equalTo(found.subList(2, 3)))
                .body("next_page_token", equalTo(null));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "USER")
    void searchDoesNotFindAnotherTenantsResources(Kind kind) {
        String label = Api.freshName("theirs");
        create(kind, label);
        String mine = Api.organization();

        Api.as(Api.tokenOfNew("owner", mine))
                .queryParam("search", label)
                .get(kind.collection(mine))
                .then()
                .statusCode(200)
                .body("items", equalTo(List.of()));
    }

    @Test
    void idsDoNotFindAnotherTenantsResources() {
        String theirs = Api.provider(organization, Api.secret(organization, "v"));
        String mine = Api.organization();
        String provider = Api.provider(mine, Api.secret(mine, "v"));
        String owner = Api.tokenOfNew("owner", mine);

        Api.as(owner)
                .queryParam("id", organization + "," + mine)
                .get("/organizations")
                .then()
                .statusCode(200)
                .body("items.id", equalTo(List.of(mine)));
        Api.as(owner)
                .queryParam("id", theirs + "," + provider)
                .get("/organizations/{id}/llm-providers", mine)
                .then()
                .statusCode(200)
                .body("items.id", equalTo(List.of(provider)));
        Api.as(owner)
                .queryParam("provider_id", theirs)
                .get("/organizations/{id}/models", mine)
                .then()
                .statusCode(200)
                .body("items", equalTo(List.of()));
    }

    @Test
    void organizationsAreListedByTheirIds() {
        String other = Api.organization();
        Api.organization();

        list("/organizations", Map.of("id", other.toUpperCase(Locale.ROOT) + "," + organization))
                .body("items.id", equalTo(List.of(organization, other)));
        list("/organizations", Map.of("id", UUID.randomUUID().toString())).body("items", equalTo(List.of()));
    }

    @Test
    void llmProvidersAreListedByTheirIdsAndByTheSecretThatTheyUse() {
        String secret = Api.secret(organization, "v");
        String first = Api.provider(organization, secret);
        String second = Api.provider(organization, Api.secret(organization, "w"));
        String third = Api.provider(organization, secret);
        String path = Kind.LLM_PROVIDER.collection(organization);

        list(path, Map.of("id", second + "," + first)).body("items.id", equalTo(List.of(first, second)));
        list(path, Map.of("token_secret_id", secret)).body("items.id", equalTo(List.of(first, third)));
        list(path, Map.of("token_secret_id", secret, "id", second)).body("items", equalTo(List.of()));
    }

    @Test
    void modelsAreListedByTheirLlmProviderAndTheirStatus() {
        String kept = Api.provider(organization, Api.secret(organization, "v"));
        String deleted = Api.provider(organization, Api.secret(organization, "v"));
        String ready = Api.model(organization, kept);
        String orphaned = Api.model(organization, deleted);
        String path = Kind.MODEL.collection(organization);

        list(path, Map.of("provider_id", deleted)).body("items.id", equalTo(List.of(orphaned)));
        list(path, Map.of("status", "ready")).body("items.id", equalTo(List.of(ready, orphaned)));
        asAdmin()
                .delete("/organizations/{o}/llm-providers/{p}", organization, deleted)
                .then()
                .statusCode(204);
        list(path, Map.of("status", "ready")).body("items.id", equalTo(List.of(ready)));
        list(path, Map.of("status", "orphaned")).body("items.id", equalTo(List.of(orphaned)));
    }

    @Test
    void usersAreListedByTheirRoleAndTheirState() {
        String name = Api.freshName("person");
        Map<String, Object> body = new HashMap<>(Kind.USER.body(organization, name));
        body.putAll(Map.of("name", name, "role", "cluster_admin", "state", "suspended"));
        String user = created("/users", body);

        list("/users", Map.of("search", name, "role", "cluster_admin", "state", "suspended"))
                .body("items.id", equalTo(List.of(user)));
        list("/users", Map.of("search", name, "role", "user")).body("items", equalTo(List.of()));
        list("/users", Map.of("search", name, "state", "active")).body("items", equalTo(List.of()));
    }

    @Test
    void apiTokensAreListedByTheOrganizationThatTheyAreBoundTo() {
        Api.tokenBoundTo(organization);
        Api.tokenOf(Api.user());

        List<String> organizations = list("/api-tokens", Map.of("organization_id", organization))
                .extract()
                .path("items.organization_id");
        assertThat(organizations).containsExactly(organization);
        Api.as(Api.tokenOfNew("owner", organization))
                .queryParam("organization_id", organization)
                .get("/api-tokens")
                .then()
                .statusCode(200)
                .body("items", equalTo(List.of()));
    }

    @ParameterizedTest
    @EnumSource
    void emptySearchIsRejected(Kind kind) {
        rejected(kind, "search", "").body("errors[0].detail", equalTo("Must have 1 to 254 characters, not 0."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tab\tkey", "nul\0"})
    void searchWithControlCharactersIsRejected(String sought) {
        rejected(Kind.SECRET, "search", sought).body("errors[0].detail", startsWith("Invalid value"));
    }

    @Test
    void searchLongerThanAnyNameIsRejected() {
        rejected(Kind.SECRET, "search", "a".repeat(255))
                .body("errors[0].detail", equalTo("Must have 1 to 254 characters, not 255."));
    }

    @ParameterizedTest
    @CsvSource({
        "ORGANIZATION, id, nonsense",
        "LLM_PROVIDER, id, 0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f;",
        "LLM_PROVIDER, token_secret_id, nonsense",
        "MODEL, provider_id, nonsense",
        "MODEL, status, broken",
        "USER, role, king",
        "USER, state, asleep",
        "API_TOKEN, organization_id, nonsense",
    })
    void impossibleFilterValueIsRejected(Kind kind, String parameter, String value) {
        rejected(kind, parameter, value);
    }

    @Test
    void moreThanAHundredIdsAreRejected() {
        String id = UUID.randomUUID().toString();
        rejected(Kind.ORGANIZATION, "id", String.join(",", nCopies(101, id)))
                .body("errors[0].detail", equalTo("Must have at most 100 values, not 101."));
        rejected(Kind.ORGANIZATION, "id", id + "," + id).body("errors[0].detail", equalTo("Must not repeat a value."));
        list("/organizations", Map.of("id", id)).body("items.id", not(hasItem(organization)));
    }

    private ValidatableResponse search(Kind kind, String sought) {
        return list(kind.collection(organization), Map.of("search", sought));
    }

    private static ValidatableResponse list(String path, Map<String, ?> filters) {
        return asAdmin().queryParams(filters).get(path).then().statusCode(200);
    }

    private ValidatableResponse rejected(Kind kind, String parameter, String value) {
        return asAdmin()
                .queryParam(parameter, value)
                .get(kind.collection(organization))
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_request"))
                .body("errors.parameter", equalTo(List.of(parameter)));
    }

    private String create(Kind kind, String label) {
        return created(kind.collection(organization), kind.body(organization, label));
    }

    private static String created(String path, Map<String, ?> body) {
        return asAdmin().body(body).post(path).then().statusCode(201).extract().path("id");
    }
}
