package io.agyn.endtoend;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secret providers and remote secrets in the Console, with an OpenBao server. */
class ConsoleSecretProvidersIT {
    private static Server server;
    private static OpenBao bao;
    private static Browser browser;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        bao = OpenBao.start(folder);
        bao.write("prod/openai", Map.of("value", "sk-in-openbao", "number", 7));
        server = Server.start(folder);
        browser = Browser.start();
    }

    @AfterAll
    static void stop() throws Exception {
        try (OpenBao gone = bao;
                Server ended = server;
                Browser closed = browser) {
            // Closes those that have started.
        }
    }

    @Test
    void secretProviderIsCreatedCheckedRevealedAndDeleted() throws Exception {
        server.create("/organizations", Map.of("name", "Managed", "slug", "managed"));
        try (Console console = Console.signedIn(browser, server, server.token())) {
            Page page = console.page();
            page.navigate("/organizations/managed");
            console.follow("Secret providers");
            console.inspect("secret-providers-empty");
            console.follow("New secret provider");
            console.press("Create secret provider");
            assertThat(page.getByRole(AriaRole.ALERT).first()).containsText("Enter the token.");
            console.inspect("secret-provider-new-rejected");
            assertThat(console.field("Role id")).isHidden();
            page.getByLabel("AppRole", exact()).check();
            assertThat(console.field("Role id")).isVisible();
            Locator token = page.locator("textarea#token");
            assertThat(token).isHidden();
            console.inspect("secret-provider-new-approle");
            page.getByLabel("Token", exact()).first().check();
            console.fill("Name", "bao-prod");
            console.fill("Address", bao.address());
            token.fill("wrong");
            console.press("Create secret provider");
            assertThat(page.getByRole(AriaRole.STATUS).first()).hasText("Secret provider bao-prod was created.");

            Locator checked = page.locator("#checked");
            console.press("Check");
            assertThat(checked).containsText("The check failed");
            assertThat(checked).containsText("bao-prod");
            assertThat(page.getByRole(AriaRole.BUTTON, named("Check"))).isFocused();
            console.inspect("secret-provider-check-failed");

            console.follow("Edit token");
            token.fill(OpenBao.ROOT_TOKEN);
            console.press("Save");
            assertThat(console.main()).containsText("The token of secret provider bao-prod was replaced.");
            console.press("Check");
            assertThat(checked).containsText("The secret provider accepts the credential");
            assertThat(checked).containsText("never");
            console.inspect("secret-provider-checked");

            console.reveal();
            assertThat(page.locator("output")).hasText(OpenBao.ROOT_TOKEN);
            console.follow("Audit log");
            assertThat(console.main()).containsText("revealed the credentials of secret provider bao-prod");
            assertThat(console.main()).containsText("replaced secret provider bao-prod");

            console.follow("Secret providers");
            assertThat(page.locator("tbody")).containsText("no secrets yet");
            console.follow("bao-prod");
            console.follow("Delete…");
            console.press("Delete secret provider");
            assertThat(console.main()).containsText("Secret provider bao-prod was deleted.");
        }
    }

    @Test
    void storedKeyMovesToOpenBaoAndBack() throws Exception {
        String in = organization("Moving");
        String provider = secretProvider(in);
        String secret = server.create(in + "/secrets", Map.of("name", "openai-key", "value", "sk-stored"));
        String llmProvider = llmProvider(in, secret);
        try (Console console = Console.signedIn(browser, server, server.token())) {
            Page page = console.page();
            page.navigate(in + "/secrets/" + secret);
            Locator warning = page.getByText("Saving removes the stored value");
            assertThat(warning).isHidden();
            assertThat(console.field("Path")).isHidden();
            page.getByLabel("Remote", exact()).check();
            assertThat(warning).isVisible();
            assertThat(console.field("New value")).isHidden();
            console.inspect("secret-becomes-remote");
            console.choose("Secret provider", "bao-prod");
            console.fill("Path", "secret/data/prod/openai");
            console.fill("Key", "number");
            console.press("Save");
            assertThat(console.main()).containsText("Secret openai-key was saved.");

            Locator checked = page.locator("#checked");
            console.press("Check");
            assertThat(checked).containsText("The check failed");
            assertThat(checked).containsText("number");
            page.navigate(in + "/secrets/" + secret);
            console.fill("Key", "value");
            console.press("Save");
            assertThat(console.main()).containsText("Secret openai-key was saved.");
            console.press("Check");
            assertThat(checked).containsText("It was read from bao-prod, version 1, and can be sent as a token.");
            console.inspect("secret-remote-checked");
            console.reveal();
            assertThat(page.locator("output")).hasText("sk-in-openbao");

            page.navigate(in + "/llm-providers/" + llmProvider);
            String where = "Secret openai-key, in bao-prod at secret/data/prod/openai, key value";
            assertThat(console.main()).containsText(where);
            console.inspect("llm-provider-remote-secret");
            console.follow("gpt-4o");
            assertThat(console.main()).containsText(where);

            page.navigate(in + "/secret-providers/" + provider);
            assertThat(page.locator("tbody")).containsText("secret/data/prod/openai");
            console.follow("openai-key");
            page.getByLabel("Local", exact()).check();
            assertThat(page.getByText("The value in the secret provider is not changed."))
                    .isVisible();
            console.fill("Value", "sk-stored-again");
            console.press("Save");
            assertThat(console.main()).containsText("Local, on this server");
            console.reveal();
            assertThat(page.locator("output")).hasText("sk-stored-again");
        }
    }

    @Test
    void unreadableValueIsReportedInWords() throws Exception {
        String in = organization("Unreadable");
        String provider = secretProvider(in);
        try (Console console = Console.signedIn(browser, server, server.token())) {
            Page page = console.page();
            page.navigate(in + "/secret-providers/" + provider);
            console.follow("New secret");
            assertThat(page.getByLabel("Remote", exact())).isChecked();
            console.fill("Name", "missing");
            console.fill("Path", "secret/data/prod/missing");
            console.fill("Key", "value");
            console.press("Create secret");
            console.reveal();
            Locator alert = page.locator("#trouble");
            assertThat(alert).containsText("secret/data/prod/missing");
            assertThat(page.locator("output")).hasText("••••••••");
            console.inspect("secret-remote-unreadable");
        }
    }

    @Test
    void remoteSecretsAreManagedWithoutScripts() throws Exception {
        String in = organization("Plain");
        bao.call("POST", "sys/auth/approle", Map.of("type", "approle"));
        bao.call(
                "POST",
                "sys/policies/acl/reader",
                Map.of("policy", "path \"secret/data/prod/*\" { capabilities = [\"read\"] }"));
        bao.call("POST", "auth/approle/role/agyn", Map.of("token_policies", "reader", "token_ttl", "20m"));
        String roleId = bao.call("GET", "auth/approle/role/agyn/role-id", null)
                .at("/data/role_id")
                .asText();
        String secretId = bao.call("POST", "auth/approle/role/agyn/secret-id", Map.of())
                .at("/data/secret_id")
                .asText();
        try (Console console = Console.withoutScripts(browser, server, server.token())) {
            Page page = console.page();
            page.navigate(in + "/secret-providers");
            console.follow("Create the first one");
            console.fill("Name", "bao-prod");
            console.fill("Address", bao.address());
            page.getByLabel("AppRole", exact()).check();
            console.fill("Role id", roleId);
            console.fill("Secret id", secretId);
            console.press("Create secret provider");
            console.press("Check");
            assertThat(console.main()).containsText("The secret provider accepts the credential");
            assertThat(console.main()).containsText("this server renews it before it expires");
            console.reveal();
            assertThat(console.main()).containsText(secretId);
            console.follow("Hide");

            console.follow("New secret");
            console.fill("Name", "openai-key");
            console.press("Create secret");
            assertThat(console.main()).containsText("Nothing was saved");
            console.fill("Path", "secret/data/prod/openai");
            console.fill("Key", "value");
            console.press("Create secret");
            assertThat(page.getByRole(AriaRole.STATUS).first()).hasText("Secret openai-key was created.");
            console.press("Check");
            assertThat(console.main()).containsText("It was read from bao-prod, version 1");
            console.reveal();
            assertThat(console.main()).containsText("sk-in-openbao");
            console.follow("Hide");

            console.follow("bao-prod");
            console.follow("Edit secret id");
            console.fill("Secret id", "wrong");
            console.press("Save");
            assertThat(console.main()).containsText("The secret id of secret provider bao-prod was replaced.");
            console.press("Check");
            assertThat(console.main()).containsText("The check failed");
            console.follow("Delete…");
            assertThat(console.main()).containsText("Delete these secrets or change their storage first");
            assertThat(console.main()).containsText("openai-key");
            console.follow("Back");
            console.follow("openai-key");
            console.follow("Delete…");
            console.press("Delete secret");
            console.follow("Secret providers");
            console.follow("bao-prod");
            console.follow("Delete…");
            console.press("Delete secret provider");
            assertThat(page.getByRole(AriaRole.STATUS)).hasText("Secret provider bao-prod was deleted.");
            Assertions.assertThat(server.log()).doesNotContain(secretId, "sk-in-openbao");
        }
    }

    private static String organization(String name) throws Exception {
        return "/organizations/" + server.organization(name);
    }

    private static String secretProvider(String in) throws Exception {
        return server.create(
                in + "/secret-providers",
                Map.of(
                        "name",
                        "bao-prod",
                        "type",
                        "vault",
                        "config",
                        Map.of("address", bao.address(), "token", OpenBao.ROOT_TOKEN)));
    }

    private static String llmProvider(String in, String secret) throws Exception {
        String provider = server.create(
                in + "/llm-providers",
                Map.of(
                        "name",
                        "openai-prod",
                        "endpoint",
                        "https://api.openai.com/v1",
                        "protocol",
                        "responses",
                        "auth_method",
                        "bearer",
                        "token_secret_id",
                        secret));
        server.create(in + "/models", Map.of("name", "gpt-4o", "provider_id", provider, "remote_model_name", "gpt-4o"));
        return provider;
    }

    private static Page.GetByLabelOptions exact() {
        return new Page.GetByLabelOptions().setExact(true);
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(Pattern.compile("^" + name + "$"));
    }
}
