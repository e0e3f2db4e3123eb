package io.agyn.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.access.SessionAuthenticated;
import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class DeniedPagesTest {
    private final BeanManager beans;

    private String organization;
    private String user;
    private Map<String, String> ids;

    DeniedPagesTest(BeanManager beans) {
        this.beans = beans;
    }

    @BeforeEach
    void createOrganizationWithMember() {
        organization = Api.organization();
        user = Api.user();
        Api.join(organization, user, "member");
        String secret = Api.secret(organization, "v");
        String secretProvider = Api.secretProvider(organization);
        String provider = Api.provider(organization, secret);
        ids = Map.of(
                "organization", organization,
                "secret", secret,
                "provider", provider,
                "secretProvider", secretProvider,
                "model", Api.model(organization, provider),
                "invitation", Api.invite(organization, Api.user(), "member"),
                "mapping", Api.groupMapping(organization),
                "user", user);
    }

    @ParameterizedTest
    @CsvSource({
        "/secrets/new, POST, /secrets, organization",
        "/secrets/{secret}/delete, DELETE, /secrets/{secret}, secret",
        "/secret-providers/{secretProvider}/edit, PUT, /secret-providers/{secretProvider}, secretProvider",
        "/secret-providers/{secretProvider}/delete, DELETE, /secret-providers/{secretProvider}, secretProvider",
        "/llm-providers/{provider}/edit, PUT, /llm-providers/{provider}, provider",
        "/llm-providers/{provider}/delete, DELETE, /llm-providers/{provider}, provider",
        "/models/{model}/edit, PUT, /models/{model}, model",
        "/models/{model}/delete, DELETE, /models/{model}, model",
        "/members/{user}/remove, DELETE, /members/{user}, user",
        "/delete, DELETE, '', organization",
        "/audit, GET, /audit-events, organization",
    })
    void denialIsAuditedLikeARestRequest(String page, String method, String path, String resource) {
        String other = Api.user();
        Api.join(organization, other, "member");
        Api.as(Api.tokenOf(other))
                .body(Map.of())
                .request(method, "/organizations/" + organization + filled(path))
                .then()
                .statusCode(403);

        Visitor.signedIn(Api.tokenOf(user))
                .get("/organizations/" + organization + filled(page))
                .then()
                .statusCode(403);

        List<Map<String, Object>> denied = denied("/organizations/" + organization, user);
        assertThat(denied).isEqualTo(denied("/organizations/" + organization, other));
        assertThat(denied).singleElement().satisfies(event -> assertThat(event)
                .containsEntry("organization_id", organization)
                .containsEntry("resource_id", ids.get(resource)));
    }

    @Test
    void formsAreNotShownWithoutPermission() {
        String token = Api.tokenOf(user, organization);
        String id = Api.as(token).get("/me").path("api_token_id");
        Visitor bound = Visitor.signedIn(token);
        Set<String> forms = forms();
        assertThat(forms).hasSizeGreaterThan(15);
        for (String form : forms) {
            String path = filled(form).replace("{token}", id);
            assertThat(bound.get(path).statusCode()).as(form).isEqualTo(403);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/secrets", "/usage?from=yesterday"})
    void inaccessibleOrganizationIsNotFoundBySlugAndById(String page) {
        String slug = Api.asAdmin().get("/organizations/{o}", organization).path("slug");
        for (String name : List.of(organization, slug, "no-such-organization", "No_slug")) {
            String stranger = Api.user();
            Visitor.signedIn(Api.tokenOf(stranger))
                    .get("/organizations/" + name + page)
                    .then()
                    .statusCode(404);
            assertThat(denied("", stranger)).as(name).singleElement().satisfies(event -> assertThat(event)
                    .containsEntry("operation", "getOrganization")
                    .containsEntry("code", "not_found")
                    .containsEntry("organization_id", null));
        }
    }

    @Test
    void formSentWithoutPermissionIsAudited() {
        Visitor.signedIn(Api.tokenOf(user))
                .submit(
                        "/organizations/" + organization,
                        "/organizations/" + organization + "/secrets/" + ids.get("secret") + "/delete",
                        Map.of())
                .then()
                .statusCode(403);
        assertThat(denied("/organizations/" + organization, user))
                .singleElement()
                .satisfies(event -> assertThat(event)
                        .containsEntry("operation", "deleteSecret")
                        .containsEntry("resource_id", ids.get("secret")));
    }

    /** A user's denials in the audit log, without user, time and address. */
    private static List<Map<String, Object>> denied(String path, String user) {
        List<Map<String, Object>> events = Api.asAdmin()
                .get(path + "/audit-events?outcome=denied&user_id=" + user)
                .then()
                .statusCode(200)
                .extract()
                .path("items");
        return events.stream()
                .peek(event -> Stream.of("id", "occurred_at", "user_id", "api_token_id", "request_id")
                        .forEach(event::remove))
                .toList();
    }

    private String filled(String path) {
        String filled = path;
        for (Map.Entry<String, String> id : ids.entrySet()) {
            filled = filled.replace("{" + id.getKey() + "}", id.getValue());
        }
        return filled;
    }

    /** The paths that display and receive a form. */
    private Set<String> forms() {
        return beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                .map(Bean::getBeanClass)
                .filter(type -> type.isAnnotationPresent(SessionAuthenticated.class))
                .flatMap(type ->
                        paths(type, GET.class).filter(paths(type, POST.class).collect(Collectors.toSet())::contains))
                .filter(path -> path.matches(".*/[a-z]+") && !path.equals("/sign-in"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> paths(Class<?> type, Class<? extends Annotation> verb) {
        String root = type.getAnnotation(Path.class).value().replaceFirst("^/console", "");
        return Arrays.stream(type.getMethods())
                .filter(method -> method.isAnnotationPresent(verb) && method.isAnnotationPresent(Path.class))
                .map((Method method) -> root + method.getAnnotation(Path.class).value());
    }
}
