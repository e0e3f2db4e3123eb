package io.agyn.console.code;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.ApiToken;
import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.Model;
import io.agyn.api.model.ModelFallback;
import io.agyn.api.model.ModelRouting;
import io.agyn.api.model.Protocol;
import io.agyn.api.model.Role;
import io.agyn.api.model.Secret;
import io.agyn.api.model.SecretProvider;
import io.agyn.api.model.SecretProviderAuthMethod;
import io.agyn.api.model.SecretProviderConfig;
import io.agyn.api.model.SecretProviderType;
import io.agyn.api.model.TokenScope;
import io.agyn.api.model.User;
import io.agyn.api.model.UserState;
import io.agyn.api.model.WebSocketMode;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The configuration is valid and formatted as by terraform fmt. */
class HclTest {
    private static final UUID ORGANIZATION = UUID.fromString("01980000-0000-7000-8000-00000000000a");
    private static final UUID ID = UUID.fromString("01980000-0000-7000-8000-000000abcdef");

    @Test
    void secretIsImportedAndItsValueIsAVariable() {
        Secret secret = new Secret()
                .id(ID)
                .organizationId(ORGANIZATION)
                .name("openai-api-key")
                .description("The key of the production account");
        assertThat(Hcl.of(secret)).isEqualTo("""
                import {
                  to = agyn_secret.openai_api_key
                  id = "01980000-0000-7000-8000-00000000000a/01980000-0000-7000-8000-000000abcdef"
                }

                resource "agyn_secret" "openai_api_key" {
                  organization_id = "01980000-0000-7000-8000-00000000000a"
                  name            = "openai-api-key"
                  description     = "The key of the production account"
                  value_wo        = var.openai_api_key_value
                }

                # The server never returns it. The first apply after the import sets the value.
                variable "openai_api_key_value" {
                  type      = string
                  sensitive = true
                  ephemeral = true
                }
                """);
    }

    @Test
    void remoteSecretNeedsNoVariable() {
        Secret secret = new Secret()
                .id(ID)
                .organizationId(ORGANIZATION)
                .name("openai")
                .providerId(ID)
                .remotePath("kv/data/prod/openai")
                .remoteKey("value");
        assertThat(Hcl.of(secret)).contains("""
                  name            = "openai"
                  provider_id     = "01980000-0000-7000-8000-000000abcdef"
                  remote_path     = "kv/data/prod/openai"
                  remote_key      = "value"
                }
                """).doesNotContain("var.", "variable");
    }

    @Test
    void secretProviderIsImportedAndItsTokenIsAVariable() {
        assertThat(Hcl.of(secretProvider(SecretProviderAuthMethod.TOKEN))).isEqualTo("""
                import {
                  to = agyn_secret_provider.vault_prod
                  id = "01980000-0000-7000-8000-00000000000a/01980000-0000-7000-8000-000000abcdef"
                }

                resource "agyn_secret_provider" "vault_prod" {
                  organization_id = "01980000-0000-7000-8000-00000000000a"
                  name            = "vault-prod"
                  type            = "vault"
                  config = {
                    address  = "https://vault.example.com:8200"
                    token_wo = var.vault_prod_token
                  }
                }

                # The server never returns it. The first apply after the import sets the token.
                variable "vault_prod_token" {
                  type      = string
                  sensitive = true
                  ephemeral = true
                }
                """);
    }

    @Test
    void secretIdOfAnAppRoleIsAVariable() {
        SecretProvider provider = secretProvider(SecretProviderAuthMethod.APPROLE);
        provider.getConfig().roleId("role-1").approleMount("approle");
        assertThat(Hcl.of(provider)).contains("""
                  config = {
                    address       = "https://vault.example.com:8200"
                    role_id       = "role-1"
                    approle_mount = "approle"
                    secret_id_wo  = var.vault_prod_secret_id
                  }
                """);
    }

    @Test
    void llmProviderWithASecretNeedsNoVariable() {
        assertThat(Hcl.of(provider(AuthMethod.BEARER).tokenSecretId(ID)))
                .contains("  auth_method     = \"bearer\"\n", "  token_secret_id = \"" + ID + "\"\n")
                .doesNotContain("var.", "variable");
    }

    @Test
    void onlyAnotherWebSocketModeThanTheDefaultIsAnAttribute() {
        assertThat(Hcl.of(provider(AuthMethod.BEARER).websocket(WebSocketMode.OFF)))
                .contains("  websocket       = \"off\"\n");
        assertThat(Hcl.of(provider(AuthMethod.BEARER).websocket(WebSocketMode.AUTO)))
                .doesNotContain("websocket");
    }

    @Test
    void credentialsOfAnLlmProviderAreAVariable() {
        assertThat(Hcl.of(provider(AuthMethod.X_API_KEY)))
                .contains("= var.anthropic_token\n", "variable \"anthropic_token\" {\n  type      = string\n")
                .contains("  token_wo ");
        assertThat(Hcl.of(provider(AuthMethod.CUSTOM_HEADERS).customHeaderNames(List.of("X-A", "X-B"))))
                .contains("sets the values of X-A, X-B.\n")
                .contains("  custom_headers_wo = var.anthropic_headers\n")
                .contains("variable \"anthropic_headers\" {\n  type      = map(string)\n");
    }

    @Test
    void fallbacksOfAModelAreInItsConfiguration() {
        Model model = new Model()
                .id(ID)
                .organizationId(ORGANIZATION)
                .name("gpt-4o")
                .providerId(ID)
                .remoteModelName("gpt-4o")
                .routing(ModelRouting.WEIGHTED)
                .weight(3)
                .retryOnTimeout(false)
                .fallbacks(List.of(
                        new ModelFallback().providerId(ID).remoteModelName("b").weight(2)));
        assertThat(Hcl.of(model))
                .contains("routing           = \"weighted\"\n", "retry_on_timeout  = false\n", """
                          fallbacks = [
                            { provider_id = "%s", remote_model_name = "b", weight = 2 },
                          ]
                        """.formatted(ID));
    }

    @Test
    void optionalSettingsOfAModelAreAttributes() {
        Model model = new Model()
                .id(ID)
                .organizationId(ORGANIZATION)
                .providerId(ID)
                .name("glm")
                .alias("anthropic-glm")
                .remoteModelName("glm-5")
                .codexCatalogEntry("{\"display_name\": \"GLM\"}")
                .keepAliveSeconds(0);
        assertThat(Hcl.of(model))
                .contains("  alias               = \"anthropic-glm\"\n")
                .contains("  codex_catalog_entry = \"{\\\"display_name\\\": \\\"GLM\\\"}\"\n")
                .contains("  keep_alive_seconds  = 0\n");
    }

    @Test
    void missingRequiredValuesAreVariables() {
        Model orphaned =
                new Model().id(ID).organizationId(ORGANIZATION).name("gpt-4o").remoteModelName("gpt-4o");
        assertThat(Hcl.of(orphaned)).contains("provider_id       = var.gpt_4o_provider_id\n", "type = string\n");
        User administrator = new User()
                .id(ID)
                .username("administrator")
                .name("Administrator")
                .role(Role.CLUSTER_ADMIN)
                .state(UserState.ACTIVE);
        assertThat(Hcl.of(administrator))
                .contains("resource \"agyn_user\" \"administrator\"", "username = \"administrator\"\n")
                .doesNotContain("email");
    }

    @Test
    void timesHaveTheFormatOfTheProvider() {
        ApiToken token = new ApiToken().id(ID).userId(ID).description("CI");
        assertThat(Hcl.of(token.expiresAt(OffsetDateTime.parse("2099-01-31T12:00:00.500+01:00"))))
                .contains("  expires_at  = \"2099-01-31T11:00:00.5Z\"\n");
        assertThat(Hcl.of(token.expiresAt(OffsetDateTime.parse("2099-01-31T00:00Z"))))
                .contains("  expires_at  = \"2099-01-31T00:00:00Z\"\n");
    }

    @Test
    void rightsOfATokenAreLists() {
        ApiToken token = new ApiToken().id(ID).userId(ID).description("CI").scopes(Set.of(TokenScope.CALL_MODELS));
        assertThat(Hcl.of(token))
                .contains("  scopes      = [\"call_models\"]\n")
                .doesNotContain("model_ids");
        assertThat(Hcl.of(token.modelIds(Set.of(ID)))).contains("  model_ids   = [\"" + ID + "\"]\n");
        assertThat(Hcl.of(token.modelIds(Set.of()))).contains("  model_ids   = []\n");
    }

    @Test
    void textIsQuotedWithoutInterpolation() {
        assertThat(Hcl.quoted("\"a\" \\ b")).isEqualTo("\"\\\"a\\\" \\\\ b\"");
        assertThat(Hcl.quoted("${path.module} %{if true}")).isEqualTo("\"$${path.module} %%{if true}\"");
        assertThat(Hcl.quoted("$${x} %%{y} {z} $ %")).isEqualTo("\"$$${x} %%%{y} {z} $ %\"");
        assertThat(Hcl.quoted("two\nlines\tand\rmore\0")).isEqualTo("\"two\\nlines\\tand\\u000dmore\\u0000\"");
        assertThat(Hcl.quoted("Müller 東京 🔑")).isEqualTo("\"Müller 東京 🔑\"");
    }

    @Test
    void invisibleCharactersAreEscaped() {
        assertThat(Hcl.quoted("\u202Egnp.exe\u200B")).isEqualTo("\"\\u202egnp.exe\\u200b\"");
        assertThat(Hcl.quoted("\u2028" + Character.toString(0xE0001))).isEqualTo("\"\\u2028\\U000e0001\"");
    }

    @Test
    void labelsAreUniqueIdentifiers() {
        assertThat(Label.of("openai-api-key", ID)).isEqualTo("openai_api_key");
        assertThat(Label.of("payments@acme.example", ID)).isEqualTo("payments_acme_example");
        assertThat(Label.of("東京", ID)).isEqualTo("a_abcdef");
        assertThat(Label.of("4o ${x}", ID)).isEqualTo("o_x_abcdef");
        assertThat(Label.of("a\"b", ID)).isEqualTo("a_b_abcdef");
        assertThat(Label.numbered("CI", ID)).isEqualTo("ci_abcdef");
    }

    private static SecretProvider secretProvider(SecretProviderAuthMethod authMethod) {
        return new SecretProvider()
                .id(ID)
                .organizationId(ORGANIZATION)
                .name("vault-prod")
                .type(SecretProviderType.VAULT)
                .config(new SecretProviderConfig()
                        .address("https://vault.example.com:8200")
                        .authMethod(authMethod));
    }

    private static LlmProvider provider(AuthMethod authMethod) {
        return new LlmProvider()
                .id(ID)
                .organizationId(ORGANIZATION)
                .name("anthropic")
                .endpoint("https://api.anthropic.com/v1")
                .protocol(Protocol.ANTHROPIC_MESSAGES)
                .authMethod(authMethod);
    }
}
