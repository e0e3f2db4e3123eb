package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Java SDK example, built and run outside the repository with only the SDK installed. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class JavaSdkExampleIT {

    private static final String VERSION = "1.0.0";

    private static Server server;
    private static Terraform terraform;
    private static Path project;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        project = Checkout.copy(Checkout.example("java-sdk"), folder.resolve("java-sdk"));
        build(folder.resolve("repository"));
        terraform = Terraform.in(folder);
        server = Server.start(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void listsResourcesThatTerraformCreated() throws Exception {
        assertThat(run("list")).isEqualToIgnoringNewLines("There is nothing yet.");

        Terraform.User user = terraform.user("quickstart", Checkout.example("quickstart"), server.environment());
        user.run("init");
        user.run("apply", "-auto-approve");
        String table = run("list");
        for (State.Resource resource : user.state().resources()) {
            assertThat(table).as("the table").containsPattern("(?m)^acme .* \\Q" + resource.text("name") + "\\E ");
        }
        user.run("destroy", "-auto-approve");
    }

    @Test
    void runsTheWalkthroughAndCleansUp() throws Exception {
        assertThat(run())
                .contains("Created the model gpt, ready.", "Rotated the secret openai-key from version 1 to 2.");
        assertThat(new ApiResources(server).organizationSlugs()).isEmpty();
    }

    private static void build(Path repository) throws IOException, InterruptedException {
        install(repository);
        String installedBefore = System.getProperty(
                "maven.repo.local",
                Path.of(System.getProperty("user.home"), ".m2", "repository").toString());
        Command maven = new Command(
                project,
                Map.of("JAVA_HOME", System.getProperty("java.home")),
                List.of(
                        Checkout.file("mvnw").toString(),
                        "-B",
                        "-q",
                        "-Dmaven.repo.local=" + repository,
                        "-Dmaven.repo.local.tail=" + installedBefore,
                        "package"));
        maven.run().expect(0);
    }

    /** Installs the built SDK into a separate Maven repository, so that an older installed version is not used. */
    private static void install(Path repository) throws IOException {
        Path target = Checkout.file("openapi/java-sdk/target");
        String name = "agyn-java-sdk-" + VERSION;
        Path folder = Files.createDirectories(
                repository.resolve("io/agyn/agyn-java-sdk").resolve(VERSION));
        Files.copy(target.resolve(name + ".jar"), folder.resolve(name + ".jar"));
        Files.copy(target.resolve(".flattened-pom.xml"), folder.resolve(name + ".pom"));
    }

    private static String run(String... arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(Server.java(), "-jar", "target/java-sdk-example.jar"));
        words.addAll(List.of(arguments));
        return new Command(project, server.environment(), words).run().expect(0).output();
    }
}
