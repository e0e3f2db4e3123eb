package io.agyn.console.providers;

import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.LlmProvider;
import io.agyn.api.model.LlmProviderCreate;
import io.agyn.api.model.LlmProviderUpdate;
import io.agyn.api.model.Protocol;
import io.agyn.console.Form;
import io.agyn.contract.Uuids;
import io.agyn.contract.Violations;
import io.agyn.problems.ProblemException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * What an LLM provider's form says. Of the credentials, those count that go with the auth method: a browser sends those of
 * the other ones too, which it does not show.
 */
record ProviderForm(Form form) {
    // As people call what the contract calls token and token_secret_id.
    private static final String KEY = "key";
    private static final String SECRET = "existing_secret";
    private static final String HEADERS = "custom_headers";
    private static final int BLANK_ROWS = 4;
    private static final int MOST_ROWS = 32;

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

    LlmProviderCreate create() {
        return new LlmProviderCreate()
                .name(form.text("name"))
                .endpoint(form.text("endpoint"))
                .protocol(form.choice("protocol", Protocol::fromValue))
                .authMethod(authMethod())
                .tokenSecretId(secret())
                .token(token())
                .customHeaders(customHeaders());
    }

    LlmProviderUpdate update() {
        return new LlmProviderUpdate()
                .name(form.text("name"))
                .endpoint(form.text("endpoint"))
                .protocol(form.choice("protocol", Protocol::fromValue))
                .authMethod(authMethod())
                .tokenSecretId(secret())
                .token(token())
                .customHeaders(customHeaders());
    }

    /** The form with all that a problem says is wrong, what concerns a header at its row. */
    Form refused(ProblemException problem) {
        List<Header> typed = typed();
        return form.refused(problem, field -> switch (field) {
            case "token" -> KEY;
            case "token_secret_id" -> SECRET;
            default ->
                IntStream.rangeClosed(1, typed.size())
                        .filter(row -> Violations.child(
                                        HEADERS, typed.get(row - 1).name())
                                .equals(field))
                        .mapToObj(ProviderForm::rowId)
                        .reduce(field, (first, last) -> last);
        });
    }

    /** The rows of headers: those that were typed, and some to type more in. */
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Header header : typed()) {
            rows.add(row(rows.size() + 1, header.name()));
        }
        int count = Math.min(rows.size() + BLANK_ROWS, Math.max(rows.size(), MOST_ROWS));
        while (rows.size() < count) {
            rows.add(row(rows.size() + 1, ""));
        }
        return rows;
    }

    private Row row(int number, String name) {
        return new Row(number, name, form.errorsOf(rowId(number)));
    }

    private static String rowId(int number) {
        return "header_" + number;
    }

    private AuthMethod authMethod() {
        return form.choice("auth_method", AuthMethod::fromValue);
    }

    private boolean takesHeaders() {
        return authMethod() == AuthMethod.CUSTOM_HEADERS;
    }

    private UUID secret() {
        return takesHeaders() ? null : Uuids.parse(form.text(SECRET)).orElse(null);
    }

    private String token() {
        // What is copied has a line's end with it now and then.
        String token = form.text(KEY).strip();
        return takesHeaders() || token.isEmpty() ? null : token;
    }

    private Map<String, String> customHeaders() {
        if (!takesHeaders() || typed().isEmpty()) {
            return null;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        Violations violations = new Violations();
        for (Header header : typed()) {
            if (headers.put(header.name(), header.value()) != null) {
                violations.at(Violations.child("/" + HEADERS, header.name()), "Give this header once.");
            }
        }
        violations.throwIfAny();
        return headers;
    }

    private List<Header> typed() {
        List<String> names = form.all("header_name");
        List<String> values = form.all("header_value");
        List<Header> headers = new ArrayList<>();
        for (int i = 0; i < Math.min(names.size(), values.size()); i++) {
            Header header = new Header(names.get(i).strip(), values.get(i).strip());
            if (!header.name().isEmpty() || !header.value().isEmpty()) {
                headers.add(header);
            }
        }
        return headers;
    }
}
