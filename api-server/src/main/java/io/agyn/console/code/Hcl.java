package io.agyn.console.code;

import io.agyn.api.model.ApiToken;
import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.Member;
import io.agyn.api.model.Model;
import io.agyn.api.model.ModelFallback;
import io.agyn.api.model.Organization;
import io.agyn.api.model.Secret;
import io.agyn.api.model.SecretProvider;
import io.agyn.api.model.SecretProviderConfig;
import io.agyn.api.model.User;
import io.agyn.api.model.WebSocketMode;
import io.quarkus.qute.TemplateExtension;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A resource as Terraform configuration: {@code resource.hcl} in templates. Applying it imports the resource into the state and
 * changes nothing. Values that the server does not return, such as credentials, are variables.
 */
public final class Hcl {
    private record Attribute(String name, String expression) {}

    private final String resource;
    private final String label;
    private final String importId;
    private final List<Attribute> attributes = new ArrayList<>();
    private final StringBuilder objects = new StringBuilder();
    private String variable = "";

    private Hcl(String resource, String label, String importId) {
        this.resource = resource;
        this.label = label;
        this.importId = importId;
    }

    /** The default model is a separate resource, since models depend on organizations. */
    @TemplateExtension(matchName = "hcl")
    public static String of(Organization organization) {
        String label = Label.of(organization.getSlug(), organization.getId());
        String id = organization.getId().toString();
        String configuration = new Hcl("agyn_organization", label, id)
                .text("name", organization.getName())
                .text("slug", organization.getSlug())
                .configuration();
        return organization.getDefaultModelId() == null
                ? configuration
                : configuration + "\n"
                        + new Hcl("agyn_default_model", label, id)
                                .text("organization_id", id)
                                .text("model_id", organization.getDefaultModelId())
                                .configuration();
    }

    /** The value of a local secret is a variable. */
    @TemplateExtension(matchName = "hcl")
    public static String of(Secret secret) {
        Hcl hcl = new Hcl(
                        "agyn_secret",
                        Label.of(secret.getName(), secret.getId()),
                        secret.getOrganizationId() + "/" + secret.getId())
                .text("organization_id", secret.getOrganizationId())
                .text("name", secret.getName())
                .text("description", secret.getDescription())
                .text("provider_id", secret.getProviderId())
                .text("remote_path", secret.getRemotePath())
                .text("remote_key", secret.getRemoteKey());
        if (secret.getProviderId() == null) {
            hcl.credential("value_wo", "value", "string", "the value");
        }
        return hcl.configuration();
    }

    /** The token or secret id is a variable. */
    @TemplateExtension(matchName = "hcl")
    public static String of(SecretProvider provider) {
        SecretProviderConfig config = provider.getConfig();
        return new Hcl(
                        "agyn_secret_provider",
                        Label.of(provider.getName(), provider.getId()),
                        provider.getOrganizationId() + "/" + provider.getId())
                .text("organization_id", provider.getOrganizationId())
                .text("name", provider.getName())
                .text("description", provider.getDescription())
                .text("type", provider.getType())
                .object("config", object -> {
                    object.text("address", config.getAddress())
                            .text("namespace", config.getNamespace())
                            .text("ca_certificate", config.getCaCertificate())
                            .text("role_id", config.getRoleId())
                            .text("approle_mount", config.getApproleMount());
                    switch (config.getAuthMethod()) {
                        case TOKEN -> object.credential("token_wo", "token", "string", "the token");
                        case APPROLE -> object.credential("secret_id_wo", "secret_id", "string", "the secret id");
                    }
                })
                .configuration();
    }

    /** Credentials are variables, unless they are in a secret. */
    @TemplateExtension(matchName = "hcl")
    public static String of(LlmProvider provider) {
        Hcl hcl = new Hcl(
                        "agyn_llm_provider",
                        Label.of(provider.getName(), provider.getId()),
                        provider.getOrganizationId() + "/" + provider.getId())
                .text("organization_id", provider.getOrganizationId())
                .text("name", provider.getName())
                .text("endpoint", provider.getEndpoint())
                .text("protocol", provider.getProtocol())
                .text("auth_method", provider.getAuthMethod())
                .text("websocket", provider.getWebsocket() == WebSocketMode.AUTO ? null : provider.getWebsocket())
                .text("token_secret_id", provider.getTokenSecretId());
        if (provider.getAuthMethod() == AuthMethod.CUSTOM_HEADERS) {
            hcl.credential(
                    "custom_headers_wo",
                    "headers",
                    "map(string)",
                    "the values of " + String.join(", ", provider.getCustomHeaderNames()));
        } else if (provider.getTokenSecretId() == null) {
            hcl.credential("token_wo", "token", "string", "the token");
        }
        return hcl.configuration();
    }

    /** The LLM provider of an orphaned model is a variable. */
    @TemplateExtension(matchName = "hcl")
    public static String of(Model model) {
        Hcl hcl = new Hcl(
                        "agyn_llm_model",
                        Label.of(model.getName(), model.getId()),
                        model.getOrganizationId() + "/" + model.getId())
                .text("organization_id", model.getOrganizationId())
                .text("provider_id", model.getProviderId());
        if (model.getProviderId() == null) {
            hcl.variable("provider_id", "provider_id", "The id of the new LLM provider; the previous one was deleted.");
        }
        return hcl.text("name", model.getName())
                .text("alias", model.getAlias())
                .text("remote_model_name", model.getRemoteModelName())
                .text("codex_catalog_entry", model.getCodexCatalogEntry())
                .number("keep_alive_seconds", model.getKeepAliveSeconds())
                .routing(model)
                .configuration();
    }

    /** Adds the fallbacks of a model and its routing; nothing for a model without fallbacks. */
    private Hcl routing(Model model) {
        if (model.getFallbacks().isEmpty()) {
            return this;
        }
        text("routing", model.getRouting()).number("weight", model.getWeight());
        attributes.add(
                new Attribute("retry_on_timeout", model.getRetryOnTimeout().toString()));
        objects.append("  fallbacks = [\n");
        for (ModelFallback fallback : model.getFallbacks()) {
            objects.append("    { provider_id = ")
                    .append(quoted(fallback.getProviderId().toString()))
                    .append(", remote_model_name = ")
                    .append(quoted(fallback.getRemoteModelName()))
                    .append(", weight = ")
                    .append(fallback.getWeight())
                    .append(" },\n");
        }
        objects.append("  ]\n");
        return this;
    }

    /** Identified by email, or by id without one. */
    @TemplateExtension(matchName = "hcl")
    public static String of(Member member) {
        return new Hcl(
                        "agyn_organization_member",
                        Label.of(Objects.requireNonNullElse(member.getEmail(), member.getName()), member.getUserId()),
                        member.getOrganizationId() + "/" + member.getUserId())
                .text("organization_id", member.getOrganizationId())
                .text("user_id", member.getEmail() == null ? member.getUserId() : null)
                .text("email", member.getEmail())
                .text("role", member.getRole())
                .configuration();
    }

    @TemplateExtension(matchName = "hcl")
    public static String of(User user) {
        return new Hcl(
                        "agyn_user",
                        Label.of(user.getUsername(), user.getId()),
                        user.getId().toString())
                .text("username", user.getUsername())
                .text("name", user.getName())
                .text("email", user.getEmail())
                .text("role", user.getRole())
                .text("state", user.getState())
                .configuration();
    }

    @TemplateExtension(matchName = "hcl")
    public static String of(ApiToken token) {
        return new Hcl(
                        "agyn_api_token",
                        Label.numbered(token.getDescription(), token.getId()),
                        token.getId().toString())
                .text("user_id", token.getUserId())
                .text("organization_id", token.getOrganizationId())
                .text("default_model_id", token.getDefaultModelId())
                .text("description", token.getDescription())
                .list("scopes", token.getScopes())
                .list("model_ids", token.getModelIds())
                .text("expires_at", token.getExpiresAt() == null ? null : time(token.getExpiresAt()))
                .configuration();
    }

    /** In the provider's format, without trailing zeros: other text would replace the token. */
    private static String time(OffsetDateTime time) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.withOffsetSameInstant(ZoneOffset.UTC));
    }

    /** Adds a list of texts unless it is null. */
    private Hcl list(String name, @Nullable Collection<?> values) {
        if (values != null) {
            attributes.add(new Attribute(
                    name,
                    values.stream()
                            .map(value -> quoted(value.toString()))
                            .collect(Collectors.joining(", ", "[", "]"))));
        }
        return this;
    }

    /** Adds an attribute unless the value is null. */
    private Hcl text(String name, @Nullable Object value) {
        if (value != null) {
            attributes.add(new Attribute(name, quoted(value.toString())));
        }
        return this;
    }

    /** Adds an attribute unless the value is null. */
    private Hcl number(String name, @Nullable Integer value) {
        if (value != null) {
            attributes.add(new Attribute(name, value.toString()));
        }
        return this;
    }

    /** Adds an attribute whose value is an object. It comes after the others, since terraform fmt does not align it. */
    private Hcl object(String name, Consumer<Hcl> content) {
        Hcl object = new Hcl(resource, label, importId);
        content.accept(object);
        objects.append("  ")
                .append(name)
                .append(" = {\n")
                .append(object.lines("    "))
                .append("  }\n");
        variable = object.variable;
        return this;
    }

    private Hcl credential(String attribute, String suffix, String type, String what) {
        declare(
                attribute,
                suffix,
                "The server never returns it. The first apply after the import sets " + what + ".",
                """
                  type      = %s
                  sensitive = true
                  ephemeral = true
                """.formatted(type));
        return this;
    }

    private void variable(String attribute, String suffix, String why) {
        declare(attribute, suffix, why, "  type = string\n");
    }

    private void declare(String attribute, String suffix, String why, String declaration) {
        String name = label + "_" + suffix;
        attributes.add(new Attribute(attribute, "var." + name));
        variable = "\n# %s\nvariable \"%s\" {\n%s}\n".formatted(why, name, declaration);
    }

    private String configuration() {
        return """
                import {
                  to = %1$s.%2$s
                  id = %3$s
                }

                resource "%1$s" "%2$s" {
                """.formatted(resource, label, quoted(importId)) + lines("  ") + objects + "}\n" + variable;
    }

    /** The attributes, aligned as by terraform fmt. */
    private String lines(String indent) {
        int width = attributes.stream()
                .mapToInt(attribute -> attribute.name().length())
                .max()
                .orElseThrow();
        StringBuilder text = new StringBuilder();
        attributes.forEach(attribute -> text.append(indent)
                .append(attribute.name())
                .repeat(' ', width - attribute.name().length())
                .append(" = ")
                .append(attribute.expression())
                .append('\n'));
        return text.toString();
    }

    /** Quotes text as a literal without interpolation, with invisible characters escaped. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        int previous = 0;
        for (int character : text.codePoints().toArray()) {
            switch (character) {
                case '"', '\\' -> quoted.append('\\').appendCodePoint(character);
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                case '{' -> {
                    // Doubling escapes the start of an interpolation.
                    if (previous == '$' || previous == '%') {
                        quoted.appendCodePoint(previous);
                    }
                    quoted.append('{');
                }
                default -> {
                    if (isVisible(character)) {
                        quoted.appendCodePoint(character);
                    } else {
                        quoted.append(
                                character > 0xffff ? "\\U%08x".formatted(character) : "\\u%04x".formatted(character));
                    }
                }
            }
            previous = character;
        }
        return quoted.append('"').toString();
    }

    private static boolean isVisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
