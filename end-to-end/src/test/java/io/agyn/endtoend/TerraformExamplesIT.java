package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every Terraform example can be applied unchanged and destroyed. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TerraformExamplesIT {

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

    @TestFactory
    Stream<DynamicTest> example() throws IOException {
        List<Path> examples = Checkout.terraformExamples().toList();
        assertThat(examples).isNotEmpty();
        return examples.stream()
                .map(example -> DynamicTest.dynamicTest(
                        example.getFileName().toString(), example.toUri(), () -> appliesAndDestroys(example)));
    }

    private static void appliesAndDestroys(Path example) throws Exception {
        Terraform.User user = terraform.user(example.getFileName().toString(), example, server.environment());
        user.run("init");
        user.run("validate");
        State state;
        try {
            user.run("apply", "-auto-approve");
            state = user.state();
            assertThat(state.managed().resources()).isNotEmpty();
            api.assertAgreesWith(state.managed());
            // With this flag, a plan with changes exits with 2.
            user.run("plan", "-detailed-exitcode");
            // Terraform may have read data sources before it created all resources that they list.
            user.run("apply", "-refresh-only", "-auto-approve");
            api.assertAgreesWith(user.state());
        } catch (Throwable failure) {
            // Clean up, so that the next example does not fail too.
            user.tryTo("destroy", "-auto-approve");
            throw failure;
        }
        user.run("destroy", "-auto-approve");
        api.assertContainsNoneOf(state);
        assertThat(api.organizationSlugs()).as("organizations left").isEmpty();
        for (String credential : state.credentials()) {
            assertThat(user.shown()).as("what terraform shows").doesNotContain(credential);
            assertThat(server.log()).as("the server's log").doesNotContain(credential);
        }
    }
}
