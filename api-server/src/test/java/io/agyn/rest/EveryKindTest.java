package io.agyn.rest;

import static io.agyn.testing.Api.asAdmin;
import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Kind;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Common behaviour of users, organizations, secrets, LLM providers, models and API tokens. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class EveryKindTest {
    private static final String STALE = "\"0123456789abcdef0123456789abcdef\"";

    private String organization;

    @BeforeEach
    void aFreshOrganization() {
        organization = Api.organization();
    }

    @ParameterizedTest
    @EnumSource
    void resourceIsCreatedAtItsLocationWithItsEntityTag(Kind kind) {
        ExtractableResponse<Response> created = create(kind, Api.freshName("a"));

        assertThat(created.header("Location")).isEqualTo("/api/v1" + pathOf(kind, created));
        Api.get(pathOf(kind, created))
                .header("ETag", matchesPattern("\"[0-9a-f]{32}\""))
                .header("ETag", created.header("ETag"));
        Api.get(kind.collection(organization)).header("ETag", matchesPattern("\"[0-9a-f]{32}\""));
    }

    @Test
    void callerHasAnEntityTag() {
        Api.get("/me").header("ETag", matchesPattern("\"[0-9a-f]{32}\""));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "API_TOKEN")
    void updateNeedsAMatchingEntityTag(Kind kind) {
        ExtractableResponse<Response> created = create(kind, Api.freshName("a"));
        String path = pathOf(kind, created);
        Map<String, Object> body = kind.body(organization, Api.freshName("b"));

        asAdmin()
                .header("If-Match", STALE)
                .body(body)
                .put(path)
                .then()
                .statusCode(412)
                .body("code", equalTo("precondition_failed"))
                .header("ETag", created.header("ETag"));
        Api.get(path).header("ETag", created.header("ETag"));

        String updated = asAdmin()
                .header("If-Match", STALE + ", " + created.header("ETag"))
                .body(body)
                .put(path)
                .then()
                .statusCode(200)
                .header("ETag", not(created.header("ETag")))
                .extract()
                .header("ETag");
        Api.get(path).header("ETag", updated).body(kind.label(), equalTo(body.get(kind.label())));
    }

    @ParameterizedTest
    @EnumSource
    void deletionNeedsAMatchingEntityTag(Kind kind) {
        ExtractableResponse<Response> created = create(kind, Api.freshName("a"));
        String path = pathOf(kind, created);

        asAdmin()
                .header("If-Match", STALE)
                .delete(path)
                .then()
                .statusCode(412)
                .body("code", equalTo("precondition_failed"))
                .header("ETag", created.header("ETag"));
        Api.get(path);

        asAdmin().header("If-Match", created.header("ETag")).delete(path).then().statusCode(204);
        asAdmin().get(path).then().statusCode(404);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "API_TOKEN")
    void takenNameIsAConflictForCreateAndRename(Kind kind) {
        String taken = Api.freshName("taken");
        create(kind, taken);
        ExtractableResponse<Response> other = create(kind, Api.freshName("other"));
        Map<String, Object> body = kind.body(organization, taken);

        for (Response rejection : List.of(
                asAdmin().body(body).post(kind.collection(organization)),
                asAdmin().body(body).put(pathOf(kind, other)))) {
            rejection
                    .then()
                    .statusCode(409)
                    .body("code", equalTo(kind.label() + "_taken"))
                    .body("errors.pointer", equalTo(List.of("/" + kind.label())));
        }
        Api.get(pathOf(kind, other)).header("ETag", other.header("ETag"));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "API_TOKEN")
    void ofFiftyParallelCreatesOfOneNameOneSucceeds(Kind kind) {
        Map<String, Object> body = kind.body(organization, Api.freshName("contended"));

        List<Integer> statuses = Api.inParallel(nCopies(
                50,
                () -> asAdmin().body(body).post(kind.collection(organization)).statusCode()));

        assertThat(statuses).containsOnly(201, 409).containsOnlyOnce(201);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "API_TOKEN")
    void concurrentSwapOfTwoNamesDoesNotFail(Kind kind) {
        String one = Api.freshName("one");
        String other = Api.freshName("other");
        String onePath = pathOf(kind, create(kind, one));
        String otherPath = pathOf(kind, create(kind, other));
        Map<String, Object> toOther = kind.body(organization, other);
        Map<String, Object> toOne = kind.body(organization, one);

        // Each waits for the other's name: one of them gets "taken", or must retry.
        assertThat(Api.inParallel(List.of(
                        () -> asAdmin().body(toOther).put(onePath).statusCode(),
                        () -> asAdmin().body(toOne).put(otherPath).statusCode())))
                .isSubsetOf(409, 503);
    }

    @ParameterizedTest
    @EnumSource
    void ofParallelDeletionsOfOneThingOneFindsIt(Kind kind) {
        String path = pathOf(kind, create(kind, Api.freshName("contended")));

        List<Integer> statuses =
                Api.inParallel(nCopies(20, () -> asAdmin().delete(path).statusCode()));

        assertThat(statuses).containsOnly(204, 404).containsOnlyOnce(204);
    }

    @ParameterizedTest
    @EnumSource
    void onlyAWholeUuidIsAnId(Kind kind) {
        ExtractableResponse<Response> created = create(kind, Api.freshName("a"));
        String id = created.path("id");

        for (String wrong : List.of("not-a-uuid", id.substring(1), "0" + id, id.replace("-", ""), "1-1-1-1-1")) {
            asAdmin()
                    .get(kind.collection(organization) + "/" + wrong)
                    .then()
                    .statusCode(404)
                    .body("code", equalTo("not_found"));
            asAdmin()
                    .delete(kind.collection(organization) + "/" + wrong)
                    .then()
                    .statusCode(404)
                    .body("code", equalTo("not_found"));
        }
        Api.get(pathOf(kind, created));
    }

    @ParameterizedTest
    @EnumSource(names = {"SECRET", "SECRET_PROVIDER", "LLM_PROVIDER", "MODEL"})
    void onlyAWholeUuidIsTheIdOfAnOrganizationAroundIt(Kind kind) {
        asAdmin()
                .get(kind.collection(organization.substring(1)))
                .then()
                .statusCode(404)
                .body("code", equalTo("not_found"));
    }

    @ParameterizedTest
    @EnumSource
    void nameHasOneTo128CharactersAndNoSpaceAtItsEnds(Kind kind) {
        String field = kind == Kind.API_TOKEN ? "description" : "name";
        Map<String, Object> body = kind.body(organization, Api.freshName("a"));

        for (String rejected : List.of("", " a", "a ", "a\tb", "a\nb", "a\u007fb", "a\u0085b", "é".repeat(129))) {
            body.put(field, rejected);
            asAdmin()
                    .body(body)
                    .post(kind.collection(organization))
                    .then()
                    .statusCode(400)
                    .body("errors.pointer", equalTo(List.of("/" + field)));
        }
        // Characters are code points, not Java's surrogate pairs.
        for (String taken : List.of("a", "a b", "😀".repeat(128))) {
            body.put(field, taken);
            asAdmin()
                    .body(body)
                    .post(kind.collection(organization))
                    .then()
                    .statusCode(201)
                    .body(field, equalTo(taken));
            body.computeIfPresent("slug", (slug, before) -> Api.freshName("a"));
            body.computeIfPresent("email", (email, before) -> Api.freshName("a") + "@acme.example");
        }
    }

    private ExtractableResponse<Response> create(Kind kind, String label) {
        return asAdmin()
                .body(kind.body(organization, label))
                .post(kind.collection(organization))
                .then()
                .statusCode(201)
                .extract();
    }

    private String pathOf(Kind kind, ExtractableResponse<Response> created) {
        return kind.collection(organization) + "/" + created.path("id");
    }
}
