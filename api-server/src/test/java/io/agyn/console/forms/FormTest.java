package io.agyn.console.forms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.agyn.api.model.Violation;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FormTest {
    private final Form form = typed("name", "existing_secret", "user_id", "expires_at")
            .withFields(Map.of("token_secret_id", new Form.Field("existing_secret", "Existing secret")));

    @Test
    void errorsAreInTheOrderOfTheFields() {
        Form rejected =
                form.withError("expires_at", "Give a date.").withErrors(problem(Map.of("/user_id", "Give an id.")));
        assertThat(rejected.withError("name", "Give a name.").errors())
                .extracting(Form.Error::field)
                .containsExactly("name", "user_id", "expires_at");
        assertThat(form.withError("header_10", "Wrong.")
                        .withError("header_2", "Wrong.")
                        .withError("name", "Wrong.")
                        .errors())
                .extracting(Form.Error::field)
                .containsExactly("name", "header_2", "header_10");
    }

    @Test
    void fieldKeepsItsFirstError() {
        Form invalid = form.withError("existing_secret", "Choose one.");
        assertThat(invalid.withErrors(problem(Map.of("/token_secret_id", "Add it.", "/name", "Give a name.")))
                        .errors())
                .extracting(Form.Error::field, Form.Error::detail)
                .containsExactly(tuple("name", "Give a name."), tuple("existing_secret", "Choose one."));
    }

    @Test
    void errorsUseTheLabelsOfTheFields() {
        Form rejected = form.withErrors(problem(
                Map.of("/token_secret_id", "Give token_secret_id or user_id; x_api_key takes no custom_headers.")));
        assertThat(rejected.errorsOf("existing_secret"))
                .containsExactly("Give “Existing secret” or “User id”; x_api_key takes no custom_headers.");
        assertThat(rejected.label("existing_secret")).isEqualTo("Existing secret");
        assertThat(rejected.label("user_id")).isEqualTo("User id");
        assertThat(rejected.withLabels(Map.of("user_id", "Who")).label("user_id"))
                .isEqualTo("Who");
    }

    @Test
    void invalidValueIsAnErrorAndAnEmptyOneIsNot() {
        assertThat(form.check("name", LocalDate::parse, "Give a date.").errorsOf("name"))
                .containsExactly("Give a date.");
        assertThat(Form.of("name", "")
                        .check("name", LocalDate::parse, "Give a date.")
                        .errors())
                .isEmpty();
    }

    @Test
    void problemWithoutAFieldIsShownUnchanged() {
        ProblemException problem = new ProblemException(ProblemKind.SECRET_IN_USE, "It is in use.");
        assertThat(form.withErrors(problem).errors())
                .extracting(Form.Error::field, Form.Error::detail)
                .containsExactly(tuple("", "It is in use."));
    }

    @Test
    void conflictAsksForAReview() {
        ProblemException problem = new ProblemException(ProblemKind.PRECONDITION_FAILED, "Send its ETag as If-Match.");
        assertThat(form.withErrors(problem).errorsOf(""))
                .containsExactly("Someone else has changed this. Review the changes, then try again.");
    }

    private static Form typed(String... names) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String name : names) {
            values.put(name, List.of("typed"));
        }
        return Form.of(values);
    }

    private static ProblemException problem(Map<String, String> violations) {
        return new ProblemException(
                ProblemKind.INVALID_REQUEST,
                "The request is invalid; see errors.",
                violations.entrySet().stream()
                        .map(each -> new Violation().pointer(each.getKey()).detail(each.getValue()))
                        .toList());
    }
}
