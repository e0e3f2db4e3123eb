package io.agyn.access;

import static io.agyn.testing.Api.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.access.Permissions.Permission;
import io.agyn.access.Permissions.Tokens;
import io.agyn.contract.Contract;
import io.agyn.contract.Contract.Operation;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.agyn.testing.Kind;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every role calls every operation, in its organization and in another; exactly the table's permissions apply. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class PermissionsTest {
    private enum Who {
        CLUSTER_ADMIN,
        OWNER,
        MEMBER,
        /** A member of a third organization. */
        STRANGER,
        /** An owner, but suspended. */
        SUSPENDED
    }

    /** A caller with an organization, and an organization without them. */
    private record Scene(
            Who who, boolean bound, List<String> scopes, String user, String token, String own, String foreign) {
        private static Scene of(Who who, boolean bound) {
            return of(who, bound, Api.ALL_SCOPES);
        }

        private static Scene of(Who who, boolean bound, List<String> scopes) {
            String own = Api.organization();
            String elsewhere = Api.organization();
            String user = Api.user(who == Who.CLUSTER_ADMIN ? "cluster_admin" : "user");
            switch (who) {
                case CLUSTER_ADMIN -> {}
                case OWNER -> Api.join(own, user, "owner");
                case MEMBER -> Api.join(own, user, "member");
                case STRANGER -> Api.join(elsewhere, user, "owner");
                case SUSPENDED -> {
                    Api.join(own, Api.user(), "owner");
                    Api.join(own, user, "owner");
                }
            }
            String reached = who == Who.STRANGER ? elsewhere : own;
            Map<String, Object> fields = new HashMap<>(Map.of("user_id", user, "scopes", scopes));
            if (bound) {
                fields.put("organization_id", reached);
            }
            String token = Api.token(fields);
            if (who == Who.SUSPENDED) {
                Api.setState(user, "suspended");
            }
            return new Scene(who, bound, scopes, user, token, own, Api.organization());
        }
    }

    @Inject
    Contract contract;

    @ParameterizedTest
    @CsvSource({
        "CLUSTER_ADMIN, false",
        "CLUSTER_ADMIN, true",
        "OWNER, false",
        "OWNER, true",
        "MEMBER, false",
        "MEMBER, true",
        "STRANGER, false",
        "STRANGER, true",
        "SUSPENDED, false",
        "SUSPENDED, true"
    })
    void rolesHaveExactlyThePermissionsOfTheTable(Who who, boolean bound) {
        Map<String, String> expected = new TreeMap<>();
        Map<String, String> seen = new TreeMap<>();
        Scene scene = Scene.of(who, bound);
        for (Operation operation : contract.operations().values()) {
            if (Set.of("deleteOrganization", "leaveOrganization").contains(operation.id())) {
                // An organization that is deleted or left afterwards.
                walk(operation, Scene.of(who, bound), expected, seen);
            } else {
                walk(operation, scene, expected, seen);
            }
        }
        assertThat(seen).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "CLUSTER_ADMIN, call_models",
        "CLUSTER_ADMIN, read",
        "CLUSTER_ADMIN, manage",
        "CLUSTER_ADMIN, manage_tokens",
        "CLUSTER_ADMIN, reveal",
        "OWNER, call_models",
        "OWNER, read",
        "OWNER, manage",
        "OWNER, manage_tokens",
        "OWNER, reveal",
        "MEMBER, call_models",
        "MEMBER, read",
        "MEMBER, manage",
        "MEMBER, manage_tokens",
        "MEMBER, reveal"
    })
    void tokensHaveExactlyTheirScope(Who who, String scope) {
        Map<String, String> expected = new TreeMap<>();
        Map<String, String> seen = new TreeMap<>();
        Scene scene = Scene.of(who, false, List.of(scope));
        for (Operation operation : contract.operations().values()) {
            boolean endsAccess =
                    Set.of("deleteOrganization", "leaveOrganization").contains(operation.id());
            Scene called = endsAccess ? Scene.of(who, false, List.of(scope)) : scene;
            Optional<String> organization =
                    operation.path().contains("{organization_id}") ? Optional.of(called.own) : Optional.empty();
            expected.put(operation.id(), expected(operation, called, organization));
            seen.put(operation.id(), call(operation, called, called.own));
        }
        assertThat(seen).isEqualTo(expected);
    }

    private static void walk(Operation operation, Scene scene, Map<String, String> expected, Map<String, String> seen) {
        if (!operation.path().contains("{organization_id}")) {
            expected.put(operation.id(), expected(operation, scene, Optional.empty()));
            seen.put(operation.id(), call(operation, scene, scene.own));
            return;
        }
        // The caller may leave their own, which revokes a bound token.
        for (Map.Entry<String, String> place :
                List.of(Map.entry("in a foreign", scene.foreign), Map.entry("in their own", scene.own))) {
            String name = operation.id() + " " + place.getKey();
            expected.put(name, expected(operation, scene, Optional.of(place.getValue())));
            seen.put(name, call(operation, scene, place.getValue()));
        }
    }

    private static String expected(Operation operation, Scene scene, Optional<String> organization) {
        if (scene.who == Who.SUSPENDED) {
            return "401";
        }
        if (organization.filter(in -> !reaches(scene, in)).isPresent()) {
            return "404";
        }
        EffectiveRole role =
                switch (scene.who) {
                    case CLUSTER_ADMIN -> EffectiveRole.CLUSTER_ADMIN;
                    case OWNER -> organization.isPresent() ? EffectiveRole.OWNER : EffectiveRole.USER;
                    case MEMBER -> organization.isPresent() ? EffectiveRole.MEMBER : EffectiveRole.USER;
                    case STRANGER, SUSPENDED -> EffectiveRole.USER;
                };
        Permission permission = Permissions.of(operation.id()).orElseThrow();
        if (!permission.roles().contains(role) || scene.bound && permission.tokens() == Tokens.UNBOUND_TOKEN) {
            return "403 forbidden";
        }
        if (permission
                .scope()
                .filter(scope -> !scene.scopes.contains(scope.toString()))
                .isPresent()) {
            return "403 insufficient_scope";
        }
        // The caller's token is bound to the organization, so it is not empty.
        return operation.id().equals("deleteOrganization") && scene.bound ? "409" : "done";
    }

    private static boolean reaches(Scene scene, String organization) {
        return switch (scene.who) {
            case CLUSTER_ADMIN -> !scene.bound || organization.equals(scene.own);
            case OWNER, MEMBER -> organization.equals(scene.own);
            case STRANGER, SUSPENDED -> false;
        };
    }

    private static String call(Operation operation, Scene scene, String organization) {
        if (operation.id().equals("leaveOrganization")) {
            letLeave(scene, organization);
        }
        RequestSpecification request = as(scene.token);
        if (operation.takesBody()) {
            request.body(body(operation, scene, organization));
        }
        Response response = request.request(operation.method(), path(operation, scene, organization));
        int status = response.statusCode();
        if (status == 403) {
            return "403 " + response.path("code");
        }
        return status / 100 == 2 ? "done" : String.valueOf(status);
    }

    /** Ensures that the caller is a member, and not the last owner. */
    private static void letLeave(Scene scene, String organization) {
        Api.join(organization, Api.user(), "owner");
        if (scene.who == Who.CLUSTER_ADMIN) {
            Api.join(organization, scene.user, "member");
        }
    }

    /** The path of a new resource, which may be deleted. */
    private static String path(Operation operation, Scene scene, String organization) {
        String path = operation.path().replace("{organization_id}", organization);
        if (path.contains("{user_id}")) {
            String user = Api.user();
            if (path.contains("/members/")) {
                Api.join(organization, user, "member");
            }
            return path.replace("{user_id}", user);
        }
        if (path.contains("{invitation_id}")) {
            boolean isReceived = path.startsWith("/me/");
            String invitation = isReceived
                    ? Api.invite(Api.organization(), scene.user, "member")
                    : Api.invite(organization, Api.user(), "member");
            return path.replace("{invitation_id}", invitation);
        }
        if (path.contains("{group_mapping_id}")) {
            return path.replace("{group_mapping_id}", Api.groupMapping(organization));
        }
        if (path.contains("{limit_id}")) {
            return path.replace("{limit_id}", Api.limit(organization, Map.of()));
        }
        if (path.contains("{secret_id}")) {
            return path.replace("{secret_id}", Api.secret(organization, "v"));
        }
        if (path.contains("{secret_provider_id}")) {
            return path.replace("{secret_provider_id}", Api.secretProvider(organization));
        }
        if (path.contains("{provider_id}")) {
            return path.replace("{provider_id}", provider(organization));
        }
        if (path.contains("{model_id}")) {
            String provider = provider(organization);
            String model = Api.model(organization, provider);
            if (operation.id().equals("testModel")) {
                // Prevents the call of a real provider.
                Api.asAdmin()
                        .delete("/organizations/{org}/llm-providers/{id}", organization, provider)
                        .then()
                        .statusCode(204);
            }
            return path.replace("{model_id}", model);
        }
        if (path.contains("{api_token_id}")) {
            Map<String, String> fields = path.contains(organization)
                    ? Map.of("organization_id", organization, "user_id", Api.user("cluster_admin"))
                    : Map.of("user_id", scene.user);
            String token = Api.asAdmin()
                    .body(Api.tokenBody(fields))
                    .post("/api-tokens")
                    .path("id");
            return path.replace("{api_token_id}", token);
        }
        assertThat(path)
                .as("Say how to make what " + operation.id() + " is about")
                .doesNotContain("{");
        return path;
    }

    private static String provider(String organization) {
        return Api.provider(organization, Api.secret(organization, "v"));
    }

    private static Map<String, ?> body(Operation operation, Scene scene, String organization) {
        String fresh = Api.freshName("a");
        return switch (operation.id()) {
            case "createUser", "updateUser" -> Kind.USER.body(organization, fresh);
            case "createOrganization", "updateOrganization" -> Kind.ORGANIZATION.body(organization, fresh);
            case "addMember" ->
                Map.of("email", Api.get("/users/{id}", Api.user()).extract().path("email"), "role", "member");
            case "updateMe" -> Map.of();
            case "updateMember", "updateGroupMapping" -> Map.of("role", "owner");
            case "createInvitation" -> Map.of("email", fresh + "@acme.example", "role", "member");
            case "createGroupMapping" -> Map.of("group", fresh, "role", "member");
            case "createLimit", "updateLimit" -> limit(fresh);
            case "createSecret", "updateSecret" -> Kind.SECRET.body(organization, fresh);
            case "createSecretProvider", "updateSecretProvider" -> Kind.SECRET_PROVIDER.body(organization, fresh);
            case "createLlmProvider", "updateLlmProvider" -> Kind.LLM_PROVIDER.body(organization, fresh);
            case "createModel", "updateModel" -> Kind.MODEL.body(organization, fresh);
            case "updateApiToken" -> Map.of("description", "changed", "scopes", scene.scopes);
            case "createApiToken" -> Api.tokenBody(Map.of("scopes", scene.scopes));
            default -> throw new AssertionError("Say what a body of " + operation.id() + " is");
        };
    }

    private static Map<String, ?> limit(String name) {
        return Map.of(
                "name", name,
                "applies_to", Map.of("type", "user"),
                "measure", "calls",
                "amount", "10",
                "window", "day");
    }
}
