package io.agyn.console.providers;

import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.LlmProviderCreate;
import io.agyn.api.model.LlmProviderUpdate;
import io.agyn.api.model.Protocol;
import io.agyn.console.Form;
import io.agyn.console.Picker;
import io.agyn.contract.Violations;
import io.agyn.problems.ProblemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * What an LLM provider's form says. Of the credentials, those count that go with the auth method: a browser sends those of
 * the other ones too, which it does not show.
 *
 * @param form the form, with what is wrong with its credentials
 * @param headers the rows of headers in which something stands, as many as the contract takes
 */
record ProviderForm(Form form, List<Header> headers) {
    private static final String KEY = "key";
    static final String SECRET = "existing_secret";
    private static final String HEADERS = "custom_headers";
    private static final Map<String, Form.Field> FIELDS = Map.of(
            "token", new Form.Field(KEY, "API key"), "token_secret_id", new Form.Field(SECRET, "Existing secret"));
    private static final int BLANK_ROWS = 4;
    /** How many headers the contract lets there be. */
    static final int MOST_ROWS = 32;

    /**
     * A header in the form.
     *
     * @param number its number, from 1
     * @param name its name, as it was typed
     * @param errors what is wrong with it
     */
    public record Row(int number, String name, List<String> errors) {
        /** The id of its field. */
        public String id() {
            return rowId(number);
        }
    }

    private record Header(String name, String value) {}

    /** A form that shows what is stored. */
    static Form of(LlmProvider provider) {
        return Form.of("name", provider.getName())
                .set("endpoint", provider.getEndpoint())
                .set("protocol", provider.getProtocol().toString())
                .set("auth_method", provider.getAuthMethod().toString());
    }

    /** What was typed to make an LLM provider. */
    static ProviderForm toCreate(Form form, Picker secrets) {
        return typed(form, secrets, true);
    }

    /** What was typed to change one, which keeps its credentials where the auth method still takes those. */
    static ProviderForm toUpdate(Form form, Picker secrets, LlmProvider stored) {
        return typed(form, secrets, takesHeaders(authMethod(form)) != takesHeaders(stored.getAuthMethod()));
    }

    /** The rows of headers to show: those that were typed, and some to type more in. */
    static List<Row> rows(Form form) {
        List<Row> rows = new ArrayList<>();
        for (Header header : first(headers(form))) {
            rows.add(row(form, rows.size() + 1, header.name()));
        }
        int count = Math.min(rows.size() + BLANK_ROWS, MOST_ROWS);
        while (rows.size() < count) {
            rows.add(row(form, rows.size() + 1, ""));
        }
        return rows;
    }

    LlmProviderCreate create() {
        return new LlmProviderCreate()
                .name(form.text("name"))
                .endpoint(form.text("endpoint"))
                .protocol(form.choice("protocol", Protocol::fromValue))
                .authMethod(authMethod(form))
                .tokenSecretId(secret())
                .token(token())
                .customHeaders(customHeaders());
    }

    LlmProviderUpdate update() {
        return new LlmProviderUpdate()
                .name(form.text("name"))
                .endpoint(form.text("endpoint"))
                .protocol(form.choice("protocol", Protocol::fromValue))
                .authMethod(authMethod(form))
                .tokenSecretId(secret())
                .token(token())
                .customHeaders(customHeaders());
    }

    /** The form with all that a problem says is wrong, what concerns a header at its row. */
    Form refused(ProblemException problem) {
        Map<String, String> rows = new HashMap<>();
        for (int i = 0; i < headers.size(); i++) {
            rows.put(Violations.child(HEADERS, headers.get(i).name()), rowId(i + 1));
        }
        return form.refused(problem, name -> rows.getOrDefault(name, name));
    }

    private static ProviderForm typed(Form form, Picker secrets, boolean needsCredentials) {
        List<Header> headers = headers(form);
        Form named = form.calling(FIELDS);
        Form checked =
                switch (authMethod(form)) {
                    case null -> named;
                    case BEARER, X_API_KEY -> checkToken(named, secrets, needsCredentials);
                    case CUSTOM_HEADERS -> checkHeaders(named, headers, needsCredentials);
                };
        return new ProviderForm(checked, first(headers));
    }

    private static Form checkToken(Form form, Picker secrets, boolean needsCredentials) {
        boolean hasKey = !form.text(KEY).isBlank();
        boolean hasSecret = !form.text(SECRET).isBlank();
        if (hasKey && hasSecret) {
            return form.with(KEY, "Enter an API key or choose a secret, not both.");
        }
        return hasKey || hasSecret || !needsCredentials
                ? form.choosing(SECRET, secrets)
                : form.with(SECRET, "Enter an API key or choose a secret.");
    }

    private static Form checkHeaders(Form form, List<Header> headers, boolean needsCredentials) {
        if (headers.isEmpty()) {
            return needsCredentials ? form.with(HEADERS, "Enter at least one header.") : form;
        }
        Form checked = headers.size() > MOST_ROWS
                ? form.with(HEADERS, "Enter at most %d headers, not %d.".formatted(MOST_ROWS, headers.size()))
                : form;
        Map<String, Integer> seen = new HashMap<>();
        int number = 0;
        for (Header header : first(headers)) {
            number++;
            Integer same = seen.putIfAbsent(header.name().toLowerCase(Locale.ROOT), number);
            if (same != null) {
                checked = checked.with(rowId(number), "Duplicate of header %d.".formatted(same));
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
        return headers.subList(0, Math.min(headers.size(), MOST_ROWS));
    }

    private static Row row(Form form, int number, String name) {
        return new Row(number, name, form.errorsOf(rowId(number)));
    }

    private static String rowId(int number) {
        return "header_" + number;
    }

    private static AuthMethod authMethod(Form form) {
        return form.choice("auth_method", AuthMethod::fromValue);
    }

    private static boolean takesHeaders(AuthMethod method) {
        return method == AuthMethod.CUSTOM_HEADERS;
    }

    private boolean takesHeaders() {
        return takesHeaders(authMethod(form));
    }

    private UUID secret() {
        return takesHeaders() ? null : form.id(SECRET);
    }

    private String token() {
        // What is copied has a line's end with it now and then.
        String token = form.text(KEY).strip();
        return takesHeaders() || token.isEmpty() ? null : token;
    }

    private Map<String, String> customHeaders() {
        if (!takesHeaders() || headers.isEmpty()) {
            return null;
        }
        Map<String, String> named = new LinkedHashMap<>();
        headers.forEach(header -> named.put(header.name(), header.value()));
        return named;
    }
}
