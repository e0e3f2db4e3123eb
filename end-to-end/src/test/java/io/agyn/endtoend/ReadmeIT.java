package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.scripted.ScriptedProvider;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the README's first call and the shell commands of the guides after it, verbatim. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ReadmeIT {

    // The address of `make scripted-provider`; the test's provider uses a free port.
    private static final String DOCUMENTED_PROVIDER = "http://127.0.0.1:9000";

    private static ScriptedProvider provider;
    private static Server server;
    private static Path home;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        home = folder;
        provider = ScriptedProvider.start();
        server = Server.start(folder);
        // The commands read the address and the token from the default data folder.
        Path data = folder.resolve(".local/share/agyn");
        Files.createDirectories(data.getParent());
        Files.createSymbolicLink(data, server.dataDir());
    }

    @AfterAll
    static void stop() throws Exception {
        if (provider != null) {
            provider.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    @Order(1)
    void firstCallSucceedsWithoutAPaidKey() throws Exception {
        List<String> blocks = DocumentedShell.of(Checkout.file("README.md"), "The first call");

        assertThat(blocks).hasSize(3).startsWith("make run\n", "make scripted-provider\n");
        assertThat(blocks.getLast()).contains(DOCUMENTED_PROVIDER);
        Command.Result session = paste(blocks.getLast());
        assertThat(session.output()).contains(CalledModels.WORDS);
        assertThat(session.errors()).isEmpty();
    }

    @Test
    @Order(2)
    void modelIsTestedAndItsUsageIsRead() throws Exception {
        // The usage of the first call, which is written shortly after the call.
        server.awaitCalls(
                server.request()
                        .get("/organizations?name=Acme")
                        .then()
                        .extract()
                        .path("items[0].id"),
                1);

        assertThat(pasteAll("docs/calling-models.md").output())
                .contains(CalledModels.WORDS, "\"succeeded\":true", "\"model_name\":\"gpt-4o\"");
    }

    @Test
    @Order(3)
    void memberGetsATokenAndTheSecretIsRevealed() throws Exception {
        assertThat(pasteAll("docs/users-and-roles.md").output())
                .contains("\"role\":\"member\"", "\"operation\":\"createSecret\"", "\"value\":\"sk-example\"");
    }

    @Test
    @Order(4)
    void keyInVaultIsRegisteredAndChecked() throws Exception {
        try (OpenBao bao = OpenBao.start(home)) {
            bao.write("prod/openai", Map.of("api_key", "sk-example"));
            Path programs = Files.createDirectory(home.resolve("programs"));
            Files.createSymbolicLink(programs.resolve("vault"), Path.of(OpenBao.binary()));
            String commands = String.join("", DocumentedShell.of(Checkout.file("docs/vault.md")))
                    .replace("https://vault.example.com:8200", bao.address())
                    // The mount of OpenBao's development mode.
                    .replace("kv/data/", "secret/data/");

            Command.Result session = paste(
                    commands,
                    Map.of(
                            "BAO_ADDR",
                            bao.address(),
                            "BAO_TOKEN",
                            OpenBao.ROOT_TOKEN,
                            "PATH",
                            programs + File.pathSeparator + System.getenv("PATH")));

            assertThat(session.output()).contains("\"credential_accepted\":true", "\"succeeded\":true");
        }
    }

    private static Command.Result pasteAll(String page) throws IOException, InterruptedException {
        return paste(String.join("", DocumentedShell.of(Checkout.file(page))));
    }

    /** Runs commands in one shell, which fails at the first failure or unset variable. */
    private static Command.Result paste(String lines) throws IOException, InterruptedException {
        return paste(lines, Map.of());
    }

    private static Command.Result paste(String lines, Map<String, String> variables)
            throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("HOME", home.toString());
        String script = "set -euo pipefail\n"
                + lines.replace(DOCUMENTED_PROVIDER, provider.origin().toString());
        return new Command(home, environment, List.of("bash", "-c", script))
                .run()
                .expect(0);
    }
}
