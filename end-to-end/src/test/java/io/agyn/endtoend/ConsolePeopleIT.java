package io.agyn.endtoend;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Organizations, members, users and API tokens in the Console. */
class ConsolePeopleIT {
    private static final Pattern PLAINTEXT = Pattern.compile("agyn_[0-9A-Za-z]{44}");

    private static Server server;
    private static Browser browser;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = Server.start(folder);
        browser = Browser.start();
    }

    @AfterAll
    static void stop() throws Exception {
        try (Server ended = server;
                Browser closed = browser) {
            // Closes the started parts.
        }
    }

    @Test
    void firstSignInCreatesAnOrganization(@TempDir Path folder) throws Exception {
        try (Server fresh = Server.start(folder);
                Console console = Console.signedIn(browser, fresh, fresh.token())) {
            Page page = console.page();
            assertThat(heading(page)).hasText("Welcome: create your first organization");
            console.inspect("first-organization");
            console.fill("Name", "Acme");
            console.press("Create organization");
            assertThat(heading(page)).hasText("Acme");
            assertThat(page.locator(".steps .badge")).hasText(new String[] {"to do", "to do", "to do", "to do"});
            console.follow("New API token");
            console.fill("Description", "Agents");
            console.press("Create API token");
            console.follow("I have copied it");
            console.follow("Overview");
            assertThat(page.locator(".steps .badge")).hasText(new String[] {"to do", "to do", "to do", "done"});
        }
    }

    @Test
    void membersAreAddedChangedAndRemoved() throws Exception {
        String organization = server.organization("Members");
        server.create("/users", Map.of("name", "Ada", "email", "ada@acme.example"));
        server.create("/users", Map.of("name", "Grace", "email", "grace@acme.example"));
        try (Console console = Console.signedIn(browser, server, server.token())) {
            Page page = console.page();
            page.navigate("/organizations/" + organization);
            console.follow("Members");
            console.follow("Add member");
            console.fill("Email", "nobody@acme.example");
            console.press("Add member");
            assertThat(page.getByRole(AriaRole.ALERT).first()).containsText("This user does not exist");
            assertThat(page.getByLabel("Email")).hasValue("nobody@acme.example");
            console.inspect("member-new-rejected");
            console.fill("Email", "ada@acme.example");
            page.getByLabel("Role").selectOption("owner");
            console.press("Add member");
            assertThat(page.getByRole(AriaRole.STATUS).first()).hasText("Ada was added as an owner.");
            console.follow("Add member");
            console.fill("Email", "grace@acme.example");
            console.press("Add member");

            console.follow("Ada");
            page.getByLabel("Role").selectOption("member");
            console.press("Save");
            assertThat(page.getByRole(AriaRole.STATUS).first()).hasText("Ada is a member now.");
            console.follow("Members");
            // The creator of the organization is its last owner.
            console.follow("Administrator");
            page.getByLabel("Role").selectOption("member");
            console.press("Save");
            assertThat(page.getByRole(AriaRole.ALERT).first()).containsText("owner");
            console.inspect("member-last-owner");

            console.follow("Members");
            console.follow("Grace");
            page.getByText("Show as Terraform").click();
            page.getByText("Show as curl").click();
            console.inspect("member-as-code");
            console.follow("Remove…");
            console.press("Remove member");
            assertThat(page.getByRole(AriaRole.STATUS).first()).hasText("Grace was removed.");
        }
    }

    @Test
    void invitedUserAcceptsInTheUserMenu() throws Exception {
        String organization = server.organization("Inviting");
        String ada = server.create("/users", Map.of("name", "Ada L", "email", "ada.l@acme.example"));
        String owner = server.create("/users", Map.of("name", "Owner", "email", "owner@acme.example"));
        server.create("/organizations/" + organization + "/members", Map.of("user_id", owner, "role", "owner"));
        try (Console console = Console.signedIn(browser, server, tokenOf(owner))) {
            Page page = console.page();
            page.navigate("/organizations/" + organization + "/members");
            console.follow("Invite user");
            console.press("Invite user");
            assertThat(page.getByRole(AriaRole.ALERT).first()).containsText("username or email");
            console.inspect("invitation-new-rejected");
            console.fill("Email", "ada.l@acme.example");
            console.press("Invite user");
            assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("ada.l@acme.example is invited");
            assertThat(page.locator("tbody tr")).containsText("pending");
            console.press("Resend the invitation of ada.l@acme.example");
            assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("was resent");
        }
        try (Console console = Console.signedIn(browser, server, tokenOf(ada))) {
            Page page = console.page();
            // A user without an organization sees the invitations first.
            assertThat(heading(page)).hasText("Your invitations");
            assertThat(page.locator(".menu.user summary")).containsText("1");
            console.inspect("received-invitation");
            console.press("Accept the invitation of Inviting");
            assertThat(page.getByRole(AriaRole.STATUS).first()).hasText("You are a member of Inviting now.");
            assertThat(heading(page)).hasText("Inviting");
            page.locator(".menu.user summary").click();
            console.follow("Invitations");
            assertThat(page.getByText("No pending invitations")).isVisible();
        }
    }

    @Test
    void newTokenIsShownOnce() throws Exception {
        String organization = server.organization("Tokens");
        try (Console console = Console.signedIn(browser, server, server.token())) {
            Page page = console.page();
            page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
            page.navigate("/organizations/" + organization);
            console.follow("API tokens");
            console.follow("New API token");
            console.press("Create API token");
            assertThat(page.getByRole(AriaRole.ALERT).first()).isVisible();
            console.inspect("token-new-rejected");
            console.fill("Description", "Payments agents");
            console.fill("Expires on (00:00 UTC)", "2099-01-31");
            console.press("Create API token");
            assertThat(heading(page)).hasText("API token created");
            String plaintext = page.locator("pre code").textContent();
            Assertions.assertThat(plaintext).matches(PLAINTEXT);
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Copy API token"))
                    .click();
            assertThat(page.locator("[data-copy]")).hasText("Copied");
            Assertions.assertThat(page.evaluate("navigator.clipboard.readText()"))
                    .isEqualTo(plaintext);
            page.locator("pre code")
                    .evaluate("code => { code.textContent = code.textContent.replace(/.{30}$/, '…'); }");
            console.inspect("token-created");

            page.reload();
            assertThat(heading(page)).hasText("New API token");
            Assertions.assertThat(page.content()).doesNotContain(plaintext);
            console.follow("Cancel");
            assertThat(page.locator("tbody tr")).hasCount(1);
            Assertions.assertThat(page.url()).endsWith("/tokens");

            console.follow("Payments agents");
            console.follow("Revoke…");
            console.press("Revoke API token");
            assertThat(page.getByRole(AriaRole.STATUS).first()).hasText("API token Payments agents was revoked.");
        }
    }

    @Test
    void clusterAdminManagesUsers() throws Exception {
        try (Console console = Console.signedIn(browser, server, server.token())) {
            Page page = console.page();
            page.locator(".menu.user summary").click();
            console.follow("Users");
            console.follow("New user");
            console.fill("Name", "Billing agents");
            console.fill("Email", "billing");
            console.press("Create user");
            assertThat(page.getByRole(AriaRole.ALERT).first()).isVisible();
            console.inspect("user-new-rejected");
            console.fill("Email", "billing@acme.example");
            console.press("Create user");
            assertThat(heading(page)).hasText("Billing agents");
            console.press("Suspend");
            assertThat(page.getByRole(AriaRole.STATUS).first()).hasText("Billing agents is suspended now.");
            console.inspect("user-suspended");

            page.navigate("/users");
            page.getByLabel("State").selectOption("suspended");
            console.press("Search");
            assertThat(page.locator("tbody tr")).hasCount(1);
            assertThat(page).hasURL(Pattern.compile("state=suspended"));
            page.getByLabel("State").selectOption("");
            console.press("Search");

            console.follow("Billing agents");
            console.press("Activate");
            assertThat(page.getByRole(AriaRole.STATUS).first()).hasText("Billing agents is active now.");
            console.follow("Delete…");
            console.press("Delete user");
            assertThat(page.getByRole(AriaRole.STATUS).first()).hasText("User Billing agents was deleted.");
        }
    }

    @Test
    void organizationIsRenamedAndDeleted() throws Exception {
        String organization = server.organization("Short-lived");
        server.create("/organizations/" + organization + "/secrets", Map.of("name", "key", "value", "sk"));
        try (Console console = Console.signedIn(browser, server, server.token())) {
            Page page = console.page();
            page.navigate("/organizations/" + organization);
            console.fill("Name", "Renamed");
            page.getByLabel("Slug").fill("renamed");
            console.press("Save");
            assertThat(page).hasURL(Pattern.compile("/organizations/renamed$"));
            console.inspect("organization-settings");
            console.follow("Delete…");
            assertThat(page.locator(".card ul")).containsText("1 secret");
            console.press("Delete organization and contents");
            assertThat(page.getByRole(AriaRole.ALERT).first()).containsText("Type exactly Renamed.");
            console.inspect("organization-delete-rejected");
            page.getByLabel("Type Renamed to confirm").fill("Renamed");
            console.press("Delete organization and contents");
            assertThat(page.getByRole(AriaRole.STATUS).first()).hasText("Organization Renamed was deleted.");
        }
    }

    private static String tokenOf(String user) throws IOException {
        Map<String, Object> body = new HashMap<>(Map.of(
                "description", "Console", "user_id", user, "scopes", List.of("read", "manage", "manage_tokens")));
        // Not bound to the user's home organization.
        body.put("organization_id", null);
        return server.create("/api-tokens", body, "token");
    }

    private static Locator heading(Page page) {
        return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1));
    }
}
