package io.agyn.console.code;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.agyn.api.model.ApiToken;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.Member;
import io.agyn.api.model.Model;
import io.agyn.api.model.Organization;
import io.agyn.api.model.Secret;
import io.agyn.api.model.SecretProvider;
import io.agyn.api.model.SecretProviderConfig;
import io.agyn.api.model.User;
import io.quarkus.qute.TemplateExtension;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * Curl commands to read and update a resource, for a POSIX shell: {@code resource.curl} in templates. The update sends the
 * stored values.
 */
public final class Curl {
    // ASCII does not depend on the terminal's encoding, and has no invisible characters.
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final String path;

    private Curl(String path, Object... ids) {
        this.path = path.formatted(ids);
    }

    @TemplateExtension(matchName = "curl")
    public static String of(Organization organization) {
        Map<String, Object> fields = fields("name", organization.getName(), "slug", organization.getSlug());
        if (organization.getDefaultModelId() != null) {
            fields.put("default_model_id", organization.getDefaultModelId());
        }
        return new Curl("/organizations/%s", organization.getId()).readAndReplace("Update it", fields);
    }

    /** Without the value. */
    @TemplateExtension(matchName = "curl")
    public static String of(Secret secret) {
        Curl curl = in(secret.getOrganizationId(), "secrets", secret.getId());
        Map<String, Object> fields = fields("name", secret.getName(), "description", secret.getDescription());
        if (secret.getProviderId() == null) {
            return curl.readAndReplace("Update it; add value to replace the value", fields);
        }
        fields.put("storage", secret.getStorage());
        fields.put("provider_id", secret.getProviderId());
        fields.put("remote_path", secret.getRemotePath());
        fields.put("remote_key", secret.getRemoteKey());
        return curl.readAndReplace("Update it", fields);
    }

    /** Without the token or secret id. */
    @TemplateExtension(matchName = "curl")
    public static String of(SecretProvider provider) {
        SecretProviderConfig stored = provider.getConfig();
        Map<String, Object> config = fields(
                "address",
                stored.getAddress(),
                "namespace",
                stored.getNamespace(),
                "ca_certificate",
                stored.getCaCertificate(),
                "role_id",
                stored.getRoleId(),
                "approle_mount",
                stored.getApproleMount());
        config.values().removeIf(Objects::isNull);
        String credential = stored.getRoleId() == null ? "token" : "secret_id";
        return in(provider.getOrganizationId(), "secret-providers", provider.getId())
                .readAndReplace(
                        "Update it; add %1$s to config to replace the %1$s".formatted(credential),
                        fields(
                                "name",
                                provider.getName(),
                                "description",
                                provider.getDescription(),
                                "type",
                                provider.getType(),
                                "config",
                                config));
    }

    /** Without the credentials. */
    @TemplateExtension(matchName = "curl")
    public static String of(LlmProvider provider) {
        Map<String, Object> fields = fields(
                "name",
                provider.getName(),
                "endpoint",
                provider.getEndpoint(),
                "protocol",
                provider.getProtocol(),
                "auth_method",
                provider.getAuthMethod(),
                "websocket",
                provider.getWebsocket());
        if (provider.getTokenSecretId() != null) {
            fields.put("token_secret_id", provider.getTokenSecretId());
        }
        return in(provider.getOrganizationId(), "llm-providers", provider.getId())
                .readAndReplace("Update it; add token or custom_headers to replace the credentials", fields);
    }

    @TemplateExtension(matchName = "curl")
    public static String of(Model model) {
        return in(model.getOrganizationId(), "models", model.getId())
                .readAndReplace(
                        "Update it",
                        fields(
                                "name",
                                model.getName(),
                                "alias",
                                model.getAlias(),
                                "provider_id",
                                model.getProviderId(),
                                "remote_model_name",
                                model.getRemoteModelName(),
                                "codex_catalog_entry",
                                model.getCodexCatalogEntry(),
                                "keep_alive_seconds",
                                model.getKeepAliveSeconds(),
                                "fallbacks",
                                model.getFallbacks(),
                                "routing",
                                model.getRouting(),
                                "weight",
                                model.getWeight(),
                                "retry_on_timeout",
                                model.getRetryOnTimeout()));
    }

    @TemplateExtension(matchName = "curl")
    public static String of(Member member) {
        return in(member.getOrganizationId(), "members", member.getUserId())
                .readAndReplace("Update the role", fields("role", member.getRole()));
    }

    @TemplateExtension(matchName = "curl")
    public static String of(User user) {
        return new Curl("/users/%s", user.getId())
                .readAndReplace(
                        "Update it",
                        fields(
                                "username",
                                user.getUsername(),
                                "name",
                                user.getName(),
                                "email",
                                user.getEmail(),
                                "role",
                                user.getRole(),
                                "state",
                                user.getState()));
    }

    @TemplateExtension(matchName = "curl")
    public static String of(ApiToken token) {
        Curl curl = new Curl("/api-tokens/%s", token.getId());
        return curl.readAndReplace(
                        "Replace its description and rights",
                        fields(
                                "description",
                                token.getDescription(),
                                "scopes",
                                token.getScopes(),
                                "model_ids",
                                token.getModelIds(),
                                "default_model_id",
                                token.getDefaultModelId()))
                + "\n# Revoke it.\n" + curl.call(" -X DELETE") + "\n";
    }

    private static Curl in(UUID organizationId, String collection, UUID id) {
        return new Curl("/organizations/%s/%s/%s", organizationId, collection, id);
    }

    private static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }

    private String readAndReplace(String what, Map<String, Object> fields) {
        return read()
                + "\n# " + what + ".\n" + call(" -X PUT") + " -H 'Content-Type: application/json' \\\n"
                + "  -d " + quoted(json(fields)) + "\n";
    }

    private String read() {
        return "# Read it.\n" + call("") + "\n";
    }

    private String call(String options) {
        return "curl -sS%s \"$AGYN_GATEWAY/api/v1%s\" \\\n  -H \"Authorization: Bearer $AGYN_TOKEN\""
                .formatted(options, path);
    }

    /** Quotes text as one word of a POSIX shell (XCU, 2.2.2). Single quotes cannot contain a single quote. */
    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    private static String json(Map<String, Object> fields) {
        try {
            return JSON.writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("names and texts are JSON", e);
        }
    }
}
