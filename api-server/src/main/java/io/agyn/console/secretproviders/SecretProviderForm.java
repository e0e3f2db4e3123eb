package io.agyn.console.secretproviders;

import io.agyn.api.model.SecretProvider;
import io.agyn.api.model.SecretProviderAuthMethod;
import io.agyn.api.model.SecretProviderConfig;
import io.agyn.api.model.SecretProviderConfigInput;
import io.agyn.api.model.SecretProviderCreate;
import io.agyn.api.model.SecretProviderType;
import io.agyn.api.model.SecretProviderUpdate;
import io.agyn.console.forms.Form;
import io.agyn.console.forms.Option;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A submitted form of a secret provider. Only the fields of its auth method are used: browsers also send the hidden fields of
 * the other one.
 *
 * @param form the form, with the errors of its credential
 */
record SecretProviderForm(Form form) {
    static final String TOKEN = "token";
    static final String SECRET_ID = "secret_id";
    static final List<Option> AUTH_METHODS = List.of(
            new Option(SecretProviderAuthMethod.TOKEN.toString(), "Token"),
            new Option(SecretProviderAuthMethod.APPROLE.toString(), "AppRole"));

    private static final String AUTH_METHOD = "auth_method";
    private static final String ROLE_ID = "role_id";
    private static final Map<String, Form.Field> FIELDS = Map.of(
            "config/address", new Form.Field("address", "Address"),
            "config/namespace", new Form.Field("namespace", "Namespace"),
            "config/ca_certificate", new Form.Field("ca_certificate", "CA certificate"),
            "config/token", new Form.Field(TOKEN, "Token"),
            "config/role_id", new Form.Field(ROLE_ID, "Role id"),
            "config/secret_id", new Form.Field(SECRET_ID, "Secret id"),
            "config/approle_mount", new Form.Field("approle_mount", "AppRole mount"));

    static Form empty() {
        return Form.of(AUTH_METHOD, SecretProviderAuthMethod.TOKEN.toString());
    }

    /** The stored values. */
    static Form of(SecretProvider provider) {
        SecretProviderConfig config = provider.getConfig();
        return Form.of("name", provider.getName())
                .set("description", provider.getDescription())
                .set("address", config.getAddress())
                .set("namespace", config.getNamespace())
                .set("ca_certificate", config.getCaCertificate())
                .set(AUTH_METHOD, config.getAuthMethod().toString())
                .set(ROLE_ID, config.getRoleId())
                .set("approle_mount", config.getApproleMount());
    }

    static SecretProviderForm toCreate(Form form) {
        return read(form, true);
    }

    /** Needs a new credential only if the auth method changes. */
    static SecretProviderForm toUpdate(Form form, SecretProvider stored) {
        return read(form, authMethod(form) != stored.getConfig().getAuthMethod());
    }

    /** An update with the stored values and the credential of the form. */
    static SecretProviderUpdate replacingCredential(Form form, SecretProvider stored) {
        SecretProviderConfig config = stored.getConfig();
        return new SecretProviderUpdate()
                .name(stored.getName())
                .description(stored.getDescription())
                .type(stored.getType())
                .config(new SecretProviderConfigInput()
                        .address(config.getAddress())
                        .namespace(config.getNamespace())
                        .caCertificate(config.getCaCertificate())
                        .token(credential(form, TOKEN))
                        .roleId(config.getRoleId())
                        .secretId(credential(form, SECRET_ID))
                        .approleMount(config.getApproleMount()));
    }

    /** A form of the credential alone. */
    static Form ofCredential(Form form, String field) {
        Form named = form.withFields(FIELDS);
        return form.text(field).isBlank() ? missing(named, field) : named;
    }

    static String credentialField(SecretProvider provider) {
        return switch (provider.getConfig().getAuthMethod()) {
            case TOKEN -> TOKEN;
            case APPROLE -> SECRET_ID;
        };
    }

    SecretProviderCreate create() {
        return new SecretProviderCreate()
                .name(form.text("name"))
                .description(form.optional("description"))
                .type(SecretProviderType.VAULT)
                .config(config());
    }

    SecretProviderUpdate update() {
        return new SecretProviderUpdate()
                .name(form.text("name"))
                .description(form.optional("description"))
                .type(SecretProviderType.VAULT)
                .config(config());
    }

    private static SecretProviderForm read(Form form, boolean needsCredential) {
        Form named = form.withFields(FIELDS);
        return new SecretProviderForm(
                switch (authMethod(form)) {
                    case null -> named.withError(AUTH_METHOD, "Choose an auth method.");
                    case TOKEN -> needsCredential && form.text(TOKEN).isBlank() ? missing(named, TOKEN) : named;
                    case APPROLE -> {
                        Form checked = form.text(ROLE_ID).isBlank() ? missing(named, ROLE_ID) : named;
                        yield needsCredential && form.text(SECRET_ID).isBlank() ? missing(checked, SECRET_ID) : checked;
                    }
                });
    }

    private static Form missing(Form form, String field) {
        return form.withError(field, "Enter the %s.".formatted(form.word(field)));
    }

    private SecretProviderConfigInput config() {
        // Not stripped, since a stored certificate may end with a line break, and must not change.
        String certificate = form.text("ca_certificate");
        SecretProviderConfigInput config = new SecretProviderConfigInput()
                .address(form.text("address").strip())
                .namespace(stripped(form, "namespace"))
                .caCertificate(certificate.isBlank() ? null : certificate);
        return switch (authMethod(form)) {
            case null -> config;
            case TOKEN -> config.token(credential(form, TOKEN));
            case APPROLE ->
                // An empty role id is rejected; a missing one would select the other auth method.
                config.roleId(form.text(ROLE_ID).strip())
                        .secretId(credential(form, SECRET_ID))
                        .approleMount(stripped(form, "approle_mount"));
        };
    }

    private static @Nullable String credential(Form form, String field) {
        // Copied credentials may end with a line break.
        return stripped(form, field);
    }

    private static @Nullable String stripped(Form form, String field) {
        String text = form.text(field).strip();
        return text.isEmpty() ? null : text;
    }

    private static @Nullable SecretProviderAuthMethod authMethod(Form form) {
        return form.parse(AUTH_METHOD, SecretProviderAuthMethod::fromValue);
    }
}
