package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every folder of HCL under examples/ does as it stands what it says, and can be taken back. */
class TerraformExamplesIT {

    private static Server server;
    private static Terraform terraform;
    private static Register register;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        terraform = Terraform.in(folder);
        server = Server.start(folder);
        register = new Register(server);
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
            assertThat(state.resources().things()).isNotEmpty();
            register.assertAgreesWith(state.resources());
            // With this flag, anything left to change ends it with 2.
            user.run("plan", "-detailed-exitcode");
            // Data sources were read as soon as they could be, which may be before all that they count was made.
            user.run("apply", "-refresh-only", "-auto-approve");
            register.assertAgreesWith(user.state());
        } catch (Throwable failure) {
            // What is left of this example must not fail the next.
            user.tryTo("destroy", "-auto-approve");
            throw failure;
        }
        user.run("destroy", "-auto-approve");
        register.assertHoldsNoneOf(state);
        assertThat(register.organizationSlugs()).as("organizations left").isEmpty();
        for (String credential : state.credentials()) {
            assertThat(user.shown()).as("what terraform shows").doesNotContain(credential);
            assertThat(server.log()).as("the server's log").doesNotContain(credential);
        }
    }
}
