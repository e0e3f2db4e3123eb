package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Everyday use of terraform: rejected plans, rotation, concurrent users. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TerraformUsersIT {

    private static Server server;
    private static Terraform terraform;
    private static ApiResources api;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        terraform = Terraform.in(folder);
        server = Server.start(folder);
        api = new ApiResources(server);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void planRejectsAReservedHeader() throws Exception {
        Terraform.User user = terraform.user("rejected", Checkout.example("custom-headers"), server.environment());
        Path hcl = user.workspace().resolve("main.tf");
        Files.writeString(hcl, Files.readString(hcl).replace("\"X-Cost-Center\"", "\"Host\""));

        user.run("init");
        String errors = user.tryTo("plan").expect(1).errors();

        assertThat(unwrapped(errors))
                .contains("The header is managed by the proxy", "\"Host\" =", "Host is managed by the proxy");
        assertThat(api.organizationSlugs()).isEmpty();
    }

    @Test
    void rotatesASecretInPlace() throws Exception {
        Terraform.User user = terraform.user("rotating", Checkout.example("self-hosted"), server.environment());
        user.run("init");
        user.run("apply", "-auto-approve");
        State.Resource before = secret(user.state());

        user.run("apply", "-auto-approve", "-var", "vllm_api_key=another-key");
        State rotated = user.state();
        State.Resource after = secret(rotated);

        assertThat(after.text("id")).isEqualTo(before.text("id"));
        assertThat(before.text("version")).isEqualTo("1");
        assertThat(after.text("version")).isEqualTo("2");
        assertThat(after.text("fingerprint")).isNotEqualTo(before.text("fingerprint"));
        api.assertAgreesWith(rotated);
        user.run("destroy", "-auto-approve");
    }

    @Test
    void twoUsersWorkAtTheSameTime() throws Exception {
        List<Terraform.User> users = List.of(user("first"), user("second"));
        State[] states = new State[2];

        inParallel(users, user -> {
                    user.run("init");
                    user.run("apply", "-auto-approve");
                    user.run("plan", "-detailed-exitcode");
                    return user.state();
                })
                .toArray(states);

        for (State state : states) {
            api.assertAgreesWith(state);
        }
        assertThat(api.organizationSlugs()).containsExactlyInAnyOrder("acme", "acme-2");

        inParallel(users, user -> user.run("destroy", "-auto-approve"));
        for (State state : states) {
            api.assertContainsNoneOf(state);
        }
    }

    private static Terraform.User user(String name) throws Exception {
        String token = server.request()
                .body("""
                        {"description": "%s", "organization_id": null,
                         "scopes": ["call_models", "read", "manage", "manage_tokens", "reveal"]}
                        """.formatted(name))
                .post("api-tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("token");
        return terraform.user(name, Checkout.example("quickstart"), server.environment(token));
    }

    private interface Work<T> {
        T by(Terraform.User user) throws Exception;
    }

    private static <T> List<T> inParallel(List<Terraform.User> users, Work<T> work) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<T>> tasks =
                    users.stream().<Callable<T>>map(user -> () -> work.by(user)).toList();
            List<T> results = new ArrayList<>();
            for (Future<T> future : executor.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        }
    }

    private static State.Resource secret(State state) {
        return state.resources().stream()
                .filter(resource -> resource.type().equals("agyn_secret"))
                .findFirst()
                .orElseThrow();
    }

    /** The text of a diagnostic, without terraform's frame and line breaks. */
    private static String unwrapped(String diagnostic) {
        return diagnostic.replaceAll("[\\s│╷╵]+", " ");
    }
}
