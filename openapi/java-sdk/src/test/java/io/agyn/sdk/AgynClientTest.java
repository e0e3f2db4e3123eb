package io.agyn.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.sdk.model.ApiTokenCreate;
import io.agyn.sdk.model.ApiTokenUpdate;
import io.agyn.sdk.model.AuthMethod;
import io.agyn.sdk.model.CustomHeaders;
import io.agyn.sdk.model.GroupMappingCreate;
import io.agyn.sdk.model.GroupMappingUpdate;
import io.agyn.sdk.model.InvitationCreate;
import io.agyn.sdk.model.InvitationStatus;
import io.agyn.sdk.model.LimitCreate;
import io.agyn.sdk.model.LimitMeasure;
import io.agyn.sdk.model.LimitSubjectInput;
import io.agyn.sdk.model.LimitSubjectType;
import io.agyn.sdk.model.LimitUpdate;
import io.agyn.sdk.model.LimitWindow;
import io.agyn.sdk.model.LlmProviderCreate;
import io.agyn.sdk.model.MemberCreate;
import io.agyn.sdk.model.MemberRole;
import io.agyn.sdk.model.MemberUpdate;
import io.agyn.sdk.model.ModelCreate;
import io.agyn.sdk.model.Organization;
import io.agyn.sdk.model.OrganizationCreate;
import io.agyn.sdk.model.OrganizationUpdate;
import io.agyn.sdk.model.Protocol;
import io.agyn.sdk.model.Secret;
import io.agyn.sdk.model.SecretCreate;
import io.agyn.sdk.model.SecretStorage;
import io.agyn.sdk.model.SecretUpdate;
import io.agyn.sdk.model.TokenScope;
import io.agyn.sdk.model.UserCreate;
import java.net.URI;
import java.time.OffsetDateTime;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AgynClientTest extends ClientTest {
    private static final UUID ID = UUID.fromString("0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f");

    @Test
    void sendsTheRequestAndReadsTheResponse() {
        server.respond(201, ORGANIZATION, "ETag", "\"1\"");

        Organization created = client.organizations().create(new OrganizationCreate().name("Acme"));

        assertThat(created.getId()).isEqualTo(ID);
        assertThat(created.getSlug()).isEqualTo("acme");
        assertThat(created.getCreatedAt()).isEqualTo(OffsetDateTime.parse("2026-01-31T12:00:00.123456Z"));
        assertThat(server.requests()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.uri()).isEqualTo("/api/v1/organizations");
            assertThat(request.header("Authorization")).isEqualTo("Bearer " + TOKEN);
            assertThat(request.header("Content-type")).isEqualTo("application/json");
            assertThat(request.body()).isEqualTo("{\"name\":\"Acme\"}");
        });
    }

    @Test
    void callsTheRightPathForEveryResource() {
        UUID organization = UUID.randomUUID();
        String created = "{}";
        for (int i = 0; i < 3; i++) {
            server.respond(201, created, "ETag", "\"1\"");
        }
        server.respond(201, "{\"token\": \"agyn_plaintext\"}", "ETag", "\"1\"");
        server.respond(200, "{\"name\": \"admin\"}", "ETag", "\"1\"");

        client.secrets(organization).create(new SecretCreate().name("key").value("sk"));
        client.llmProviders(organization)
                .create(new LlmProviderCreate()
                        .name("p")
                        .endpoint("https://api.openai.com/v1")
                        .protocol(Protocol.RESPONSES)
                        .authMethod(AuthMethod.BEARER)
                        .tokenSecretId(ID));
        client.models(organization)
                .create(new ModelCreate().name("m").providerId(ID).remoteModelName("gpt"));
        client.apiTokens().create(new ApiTokenCreate().description("CI"));
        assertThat(client.me().getName()).isEqualTo("admin");

        assertThat(server.requests())
                .extracting(request -> request.method() + " " + request.uri())
                .containsExactly(
                        "POST /api/v1/organizations/" + organization + "/secrets",
                        "POST /api/v1/organizations/" + organization + "/llm-providers",
                        "POST /api/v1/organizations/" + organization + "/models",
                        "POST /api/v1/api-tokens",
                        "GET /api/v1/me");
        assertThat(server.requests().get(1).body())
                .contains("\"auth_method\":\"bearer\"", "\"token_secret_id\":\"" + ID + "\"")
                .doesNotContain("custom_headers");
    }

    @Test
    void managesUsersAndMembers() {
        UUID organization = UUID.randomUUID();
        String page = "{\"items\": [{\"email\": \"payments@acme.example\"}], \"next_page_token\": null}";
        server.respond(201, "{}", "ETag", "\"1\"")
                .respond(200, page)
                .respond(201, "{}", "ETag", "\"1\"")
                .respond(200, "{}", "ETag", "\"2\"")
                .respond(200, page)
                .respond(204, "")
                .respond(200, page)
                .respond(204, "");

        client.users().create(new UserCreate().name("Payments").email("payments@acme.example"));
        assertThat(client.users().find("payments@acme.example")).isPresent();
        Members members = client.members(organization);
        members.add(new MemberCreate().email("payments@acme.example").role(MemberRole.MEMBER));
        members.update(ID, new MemberUpdate().role(MemberRole.OWNER));
        assertThat(members.list()).hasSize(1);
        members.remove(ID, "\"2\"");
        assertThat(client.apiTokens().list(ID)).hasSize(1);
        client.users().delete(ID);

        assertThat(server.requests())
                .extracting(request -> request.method() + " " + request.uri())
                .containsExactly(
                        "POST /api/v1/users",
                        "GET /api/v1/users?page_size=100&email=payments%40acme.example",
                        "POST /api/v1/organizations/" + organization + "/members",
                        "PUT /api/v1/organizations/" + organization + "/members/" + ID,
                        "GET /api/v1/organizations/" + organization + "/members?page_size=100",
                        "DELETE /api/v1/organizations/" + organization + "/members/" + ID,
                        "GET /api/v1/api-tokens?page_size=100&user_id=" + ID,
                        "DELETE /api/v1/users/" + ID);
        assertThat(server.requests().get(2).body())
                .isEqualTo("{\"email\":\"payments@acme.example\",\"role\":\"member\"}");
        assertThat(server.requests().get(5).header("If-match")).isEqualTo("\"2\"");
    }

    @Test
    void managesRightsOfApiTokens() {
        UUID organization = UUID.randomUUID();
        String page = "{\"items\": [{\"scopes\": [\"read\"]}], \"next_page_token\": null}";
        server.respond(201, "{\"token\": \"agyn_plaintext\"}", "ETag", "\"1\"")
                .respond(200, "{}", "ETag", "\"2\"")
                .respond(200, page)
                .respond(204, "");

        client.apiTokens()
                .createUnbound(new ApiTokenCreate()
                        .description("CI")
                        .organizationId(organization)
                        .scopes(Set.of(TokenScope.READ)));
        client.apiTokens()
                .update(ID, new ApiTokenUpdate().description("CI").scopes(Set.of(TokenScope.CALL_MODELS)), "\"1\"");
        OrganizationApiTokens all = client.organizationApiTokens(organization);
        assertThat(all.listUnused()).hasSize(1);
        all.delete(ID);

        assertThat(server.requests())
                .extracting(request -> request.method() + " " + request.uri())
                .containsExactly(
                        "POST /api/v1/api-tokens",
                        "PUT /api/v1/api-tokens/" + ID,
                        "GET /api/v1/organizations/" + organization + "/api-tokens?page_size=100&used=false",
                        "DELETE /api/v1/organizations/" + organization + "/api-tokens/" + ID);
        assertThat(server.requests().get(0).body()).contains("\"organization_id\":null", "\"scopes\":[\"read\"]");
        assertThat(server.requests().get(1).header("If-match")).isEqualTo("\"1\"");
    }

    @Test
    void managesLimits() {
        String root = "/api/v1/organizations/" + ID + "/limits";
        server.respond(201, "{}", "ETag", "\"1\"")
                .respond(200, "{\"items\": [], \"next_page_token\": null}")
                .respond(200, "{}")
                .respond(200, "{}")
                .respond(204, "");

        Limits limits = client.limits(ID);
        limits.create(new LimitCreate()
                .name("per-user")
                .appliesTo(new LimitSubjectInput().type(LimitSubjectType.USER))
                .measure(LimitMeasure.TOKENS)
                .amount("2000000")
                .window(LimitWindow.DAY));
        assertThat(limits.find("per-user")).isEmpty();
        limits.get(ID);
        limits.update(ID, new LimitUpdate().name("per-user").amount("1").measure(LimitMeasure.CONCURRENT_CALLS));
        limits.delete(ID);

        assertThat(server.requests())
                .extracting(request -> request.method() + " " + request.uri())
                .containsExactly(
                        "POST " + root,
                        "GET " + root + "?page_size=100&name=per-user",
                        "GET " + root + "/" + ID,
                        "PUT " + root + "/" + ID,
                        "DELETE " + root + "/" + ID);
        assertThat(server.requests().get(0).body()).contains("\"amount\":\"2000000\"", "\"window\":\"day\"");
    }

    @Test
    void managesInvitationsAndGroupMappings() {
        String organization = "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e01";
        UUID in = UUID.fromString(organization);
        String empty = "{\"items\": [], \"next_page_token\": null}";
        server.respond(201, "{}", "ETag", "\"1\"")
                .respond(200, empty)
                .respond(200, "{}")
                .respond(204, "")
                .respond(200, empty)
                .respond(200, "{}")
                .respond(200, "{}")
                .respond(204, "")
                .respond(201, "{}", "ETag", "\"1\"")
                .respond(200, empty)
                .respond(200, "{}")
                .respond(204, "");

        Invitations invitations = client.invitations(in);
        invitations.create(new InvitationCreate().username("ada").role(MemberRole.MEMBER));
        assertThat(invitations.list(InvitationStatus.PENDING)).isEmpty();
        invitations.resend(ID);
        invitations.cancel(ID);
        ReceivedInvitations received = client.receivedInvitations();
        assertThat(received.list()).isEmpty();
        received.accept(ID);
        received.decline(ID);
        client.members(in).leave();
        GroupMappings mappings = client.groupMappings(in);
        mappings.create(new GroupMappingCreate().group("team").role(MemberRole.MEMBER));
        assertThat(mappings.find("team")).isEmpty();
        mappings.update(ID, new GroupMappingUpdate().role(MemberRole.OWNER));
        mappings.delete(ID);

        String root = "/api/v1/organizations/" + organization;
        assertThat(server.requests())
                .extracting(request -> request.method() + " " + request.uri())
                .containsExactly(
                        "POST " + root + "/invitations",
                        "GET " + root + "/invitations?page_size=100&status=pending",
                        "POST " + root + "/invitations/" + ID + "/resend",
                        "DELETE " + root + "/invitations/" + ID,
                        "GET /api/v1/me/invitations?page_size=100",
                        "POST /api/v1/me/invitations/" + ID + "/accept",
                        "POST /api/v1/me/invitations/" + ID + "/decline",
                        "DELETE /api/v1/me/memberships/" + organization,
                        "POST " + root + "/group-mappings",
                        "GET " + root + "/group-mappings?page_size=100&group=team",
                        "PUT " + root + "/group-mappings/" + ID,
                        "DELETE " + root + "/group-mappings/" + ID);
        assertThat(server.requests().getFirst().body()).isEqualTo("{\"username\":\"ada\",\"role\":\"member\"}");
    }

    @Test
    void sendsCustomHeadersByName() {
        server.respond(201, "{}");

        client.llmProviders(ID)
                .create(new LlmProviderCreate()
                        .authMethod(AuthMethod.CUSTOM_HEADERS)
                        .customHeaders(CustomHeaders.of("X-Key", "value")));

        assertThat(server.requests().getFirst().body())
                .contains("\"auth_method\":\"custom_headers\"", "\"custom_headers\":{\"X-Key\":\"value\"}");
    }

    @Test
    void acceptsResponsesWithAndWithoutABody() {
        server.respond(204, "");

        client.organizations().delete(ID);

        assertThat(server.requests().getFirst().header("Accept")).contains("application/json");
    }

    @Test
    void updateWithoutAValueKeepsTheSecretsValue() {
        server.respond(200, "{}");

        client.secrets(ID).update(ID, new SecretUpdate().name("key"));

        assertThat(server.requests().getFirst().body()).doesNotContain("value");
    }

    @Test
    void updateAndDeleteWithAnEntityTagAreConditional() {
        server.respond(200, ORGANIZATION, "ETag", "\"1\"")
                .respond(200, ORGANIZATION, "ETag", "\"2\"")
                .respond(204, "");

        Versioned<Organization> read = client.organizations().getVersioned(ID);
        Versioned<Organization> updated =
                client.organizations().update(ID, new OrganizationUpdate().name("Acme"), read.etag());
        client.organizations().delete(ID, updated.etag());

        assertThat(updated.value().getName()).isEqualTo("Acme");
        assertThat(server.requests())
                .extracting(request -> request.header("If-match"))
                .containsExactly(null, "\"1\"", "\"2\"");
    }

    @Test
    void updateAndDeleteWithoutAnEntityTagAreUnconditional() {
        server.respond(200, ORGANIZATION, "ETag", "\"2\"");

        client.organizations().update(ID, new OrganizationUpdate().name("Acme"));

        assertThat(server.requests().getFirst().headers()).doesNotContainKey("If-match");
    }

    @Test
    void readsResponsesOfANewerServer() {
        server.respond(200, "{\"name\": \"key\", \"storage\": \"elsewhere\", \"colour\": \"red\"}", "ETag", "\"1\"");

        Secret secret = client.secrets(ID).get(ID);

        assertThat(secret.getStorage()).isEqualTo(SecretStorage.UNKNOWN);
    }

    @Test
    void keepsThePathOfTheGateway() {
        server.respond(200, "{}", "ETag", "\"1\"");
        URI gateway = server.uri().resolve("/behind/a/proxy/");

        try (AgynClient behindProxy = client().gateway(gateway).build()) {
            behindProxy.me();
        }

        assertThat(server.requests().getFirst().uri()).isEqualTo("/behind/a/proxy/api/v1/me");
    }

    @Test
    void callsFailAfterClose() {
        client.close();

        assertThatThrownBy(client::me).isInstanceOf(ConnectionException.class);
        assertThat(server.requests()).isEmpty();
    }
}
