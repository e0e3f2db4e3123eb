package io.agyn.console.secrets;

import io.agyn.api.model.Secret;
import io.agyn.api.model.SecretCreate;
import io.agyn.api.model.SecretStorage;
import io.agyn.api.model.SecretUpdate;
import io.agyn.console.forms.Form;
import io.agyn.console.forms.Option;
import io.agyn.console.forms.Picker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A submitted form of a secret. Only the fields of its storage are used: browsers also send the hidden fields of the other
 * one.
 *
 * @param form the form, with the id of the secret provider
 */
record SecretForm(Form form) {
    static final String PROVIDER = "provider";
    static final List<Option> STORAGES = List.of(
            new Option(SecretStorage.LOCAL.toString(), "Local"), new Option(SecretStorage.REMOTE.toString(), "Remote"));

    private static final String STORAGE = "storage";
    private static final Map<String, Form.Field> FIELDS = Map.of(
            "provider_id", new Form.Field(PROVIDER, "Secret provider"),
            "remote_path", new Form.Field("remote_path", "Path"),
            "remote_key", new Form.Field("remote_key", "Key"));

    /**
     * The form of a new secret.
     *
     * @param provider the id of its secret provider; empty for a local secret
     */
    static Form empty(String provider) {
        SecretStorage storage = provider.isEmpty() ? SecretStorage.LOCAL : SecretStorage.REMOTE;
        return Form.of(STORAGE, storage.toString()).set(PROVIDER, provider);
    }

    /** The stored values. */
    static Form of(Secret secret) {
        return Form.of("name", secret.getName())
                .set("description", secret.getDescription())
                .set(STORAGE, secret.getStorage().toString())
                .set(PROVIDER, Objects.toString(secret.getProviderId(), ""))
                .set("remote_path", secret.getRemotePath())
                .set("remote_key", secret.getRemoteKey());
    }

    static SecretForm read(Form form, Picker secretProviders) {
        Form named = form.withFields(FIELDS);
        if (storage(form) == SecretStorage.LOCAL) {
            return new SecretForm(named);
        }
        return new SecretForm(
                named.text(PROVIDER).isBlank()
                        ? named.withError(PROVIDER, "Choose a secret provider.")
                        : named.resolve(PROVIDER, secretProviders));
    }

    /** The form with the labels of a stored secret's page. */
    static Form labelled(Form form, Secret stored) {
        Map<String, Form.Field> fields = new HashMap<>(FIELDS);
        if (stored.getStorage() == SecretStorage.LOCAL) {
            fields.put("value", new Form.Field("value", "New value"));
        }
        return form.withFields(fields);
    }

    SecretCreate create() {
        SecretCreate body = new SecretCreate()
                .name(form.text("name"))
                .description(form.optional("description"))
                .storage(storage(form));
        return switch (storage(form)) {
            case LOCAL -> body.value(form.text("value"));
            case REMOTE ->
                body.providerId(form.id(PROVIDER))
                        .remotePath(form.optional("remote_path"))
                        .remoteKey(form.optional("remote_key"));
        };
    }

    SecretUpdate update() {
        SecretUpdate body = new SecretUpdate()
                .name(form.text("name"))
                .description(form.optional("description"))
                .storage(storage(form));
        return switch (storage(form)) {
            case LOCAL -> body.value(form.optional("value"));
            case REMOTE ->
                body.providerId(form.id(PROVIDER))
                        .remotePath(form.optional("remote_path"))
                        .remoteKey(form.optional("remote_key"));
        };
    }

    /** Local unless the form selects remote, as in the contract. */
    private static SecretStorage storage(Form form) {
        return form.text(STORAGE).equals(SecretStorage.REMOTE.toString()) ? SecretStorage.REMOTE : SecretStorage.LOCAL;
    }
}
