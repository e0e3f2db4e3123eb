package io.agyn.console.providers;

import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.LlmProviderCreate;
import io.agyn.api.model.LlmProviderUpdate;
import io.agyn.api.model.Protocol;
import io.agyn.api.model.WebSocketMode;
import io.agyn.console.forms.Form;
import io.agyn.console.forms.Picker;
import io.agyn.contract.Violations;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A submitted form of an LLM provider. Only the credentials of its auth method are used: browsers also send the hidden fields
 * of the other methods.
 *
 * @param form the form, with the errors of its credentials
 * @param secretId the existing secret
 * @param headers the header rows that are not empty, up to the contract's maximum
 */
record ProviderForm(Form form, @Nullable UUID secretId, List<Header> headers) {
    private static final String KEY = "key";
    static final String SECRET = "existing_secret";
    private static final String HEADERS = "custom_headers";
    private static final Map<String, Form.Field> FIELDS = Map.of(
            "token", new Form.Field(KEY, "API key"), "token_secret_id", new Form.Field(SECRET, "Existing secret"));
    private static final int BLANK_ROWS = 4;
    /** The same as in the contract. */
    static final int MAX_ROWS = 32;

    /**
     * A header row of the form.
     *
     * @param number from 1
     * @param name the header's name as typed
     */
    public record Row(int number, String name, List<String> errors) {
        public String id() {
            return rowId(number);
        }
    }

    private record Header(String name, String value) {}

    /** The stored values. */
    static Form of(LlmProvider provider) {
        return Form.of("name", provider.getName())
                .set("endpoint", provider.getEndpoint())
                .set("protocol", provider.getProtocol().toString())
                .set("auth_method", provider.getAuthMethod().toString())
                .set("websocket", provider.getWebsocket().toString());
    }

    static ProviderForm toCreate(Form form, Picker secrets) {
        return read(form, secrets, true);
    }

    /** Needs new credentials only if the auth method changes between a key and headers. */
    static ProviderForm toUpdate(Form form, Picker secrets, LlmProvider stored) {
        return read(form, secrets, takesHeaders(authMethod(form)) != takesHeaders(stored.getAuthMethod()));
    }

    /** The header rows to display: the submitted ones and some empty ones. */
    static List<Row> rows(Form form) {
        List<Row> rows = new ArrayList<>();
        for (Header header : first(headers(form))) {
            rows.add(row(form, rows.size() + 1, header.name()));
        }
        int count = Math.min(rows.size() + BLANK_ROWS, MAX_ROWS);
        while (rows.size() < count) {
            rows.add(row(form, rows.size() + 1, ""));
        }
        return rows;
    }

    LlmProviderCreate create() {
        return new LlmProviderCreate()
                .name(form.text("name"))
                .endpoint(form.text("endpoint"))
                .protocol(form.parse("protocol", Protocol::fromValue))
                .authMethod(authMethod(form))
                .websocket(form.parse("websocket", WebSocketMode::fromValue))
                .tokenSecretId(secretId)
                .token(token())
                .customHeaders(customHeaders());
    }

    LlmProviderUpdate update() {
        return new LlmProviderUpdate()
                .name(form.text("name"))
                .endpoint(form.text("endpoint"))
                .protocol(form.parse("protocol", Protocol::fromValue))
                .authMethod(authMethod(form))
                .websocket(form.parse("websocket", WebSocketMode::fromValue))
                .tokenSecretId(secretId)
                .token(token())
                .customHeaders(customHeaders());
    }

    private static ProviderForm read(Form form, Picker secrets, boolean needsCredentials) {
        List<Header> headers = headers(form);
        Form named = form.withFields(fields(headers));
        return switch (authMethod(form)) {
            case null -> new ProviderForm(named, null, first(headers));
            case BEARER, X_API_KEY -> readToken(named, secrets, needsCredentials);
            case CUSTOM_HEADERS ->
                new ProviderForm(checkHeaders(named, headers, needsCredentials), null, first(headers));
        };
    }

    /** The fields that the contract names differently; it names each header by its name, the form by its row. */
    private static Map<String, Form.Field> fields(List<Header> headers) {
        Map<String, Form.Field> fields = new HashMap<>(FIELDS);
        int number = 0;
        for (Header header : first(headers)) {
            number++;
            fields.put(Violations.child(HEADERS, header.name()), new Form.Field(rowId(number), "Header " + number));
        }
        return fields;
    }

    private static ProviderForm readToken(Form form, Picker secrets, boolean needsCredentials) {
        boolean hasKey = !form.text(KEY).isBlank();
        boolean hasSecret = !form.text(SECRET).isBlank();
        UUID secretId = hasSecret ? form.parse(SECRET, secrets::idOf) : null;
        Form checked = form;
        if (hasKey && hasSecret) {
            checked = form.withError(KEY, "Enter an API key or choose a secret, not both.");
        } else if (hasSecret && secretId == null) {
            checked = form.withError(SECRET, secrets.remedy());
        } else if (!hasKey && !hasSecret && needsCredentials) {
            checked = form.withError(SECRET, "Enter an API key or choose a secret.");
        }
        return new ProviderForm(checked, secretId, List.of());
    }

    private static Form checkHeaders(Form form, List<Header> headers, boolean needsCredentials) {
        if (headers.isEmpty()) {
            return needsCredentials ? form.withError(HEADERS, "Enter at least one header.") : form;
        }
        Form checked = headers.size() > MAX_ROWS
                ? form.withError(HEADERS, "Enter at most %d headers, not %d.".formatted(MAX_ROWS, headers.size()))
                : form;
        Map<String, Integer> seen = new HashMap<>();
        int number = 0;
        for (Header header : first(headers)) {
            number++;
            Integer same = seen.putIfAbsent(header.name().toLowerCase(Locale.ROOT), number);
            if (same != null) {
                checked = checked.withError(rowId(number), "Duplicate of header %d.".formatted(same));
            }
        }
        return checked;
    }

    private static List<Header> headers(Form form) {
        List<String> names = form.all("header_name");
        List<String> values = form.all("header_value");
        return IntStream.range(0, Math.min(names.size(), values.size()))
                .mapToObj(i -> new Header(names.get(i).strip(), values.get(i).strip()))
                .filter(header -> !header.name().isEmpty() || !header.value().isEmpty())
                .toList();
    }

    private static List<Header> first(List<Header> headers) {
        return headers.subList(0, Math.min(headers.size(), MAX_ROWS));
    }

    private static Row row(Form form, int number, String name) {
        return new Row(number, name, form.errorsOf(rowId(number)));
    }

    private static String rowId(int number) {
        return "header_" + number;
    }

    private static @Nullable AuthMethod authMethod(Form form) {
        return form.parse("auth_method", AuthMethod::fromValue);
    }

    private static boolean takesHeaders(@Nullable AuthMethod method) {
        return method == AuthMethod.CUSTOM_HEADERS;
    }

    private boolean takesHeaders() {
        return takesHeaders(authMethod(form));
    }

    private @Nullable String token() {
        // Copied keys may end with a line break.
        String token = form.text(KEY).strip();
        return takesHeaders() || token.isEmpty() ? null : token;
    }

    private @Nullable Map<String, String> customHeaders() {
        if (!takesHeaders() || headers.isEmpty()) {
            return null;
        }
        Map<String, String> named = new LinkedHashMap<>();
        headers.forEach(header -> named.put(header.name(), header.value()));
        return named;
    }
}
