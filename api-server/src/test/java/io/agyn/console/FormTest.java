package io.agyn.console;

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

/** What is wrong with a form is said in the words of its page. */
class FormTest {
    private final Form form = typed("name", "existing_secret", "user_id", "expires_at")
            .calling(Map.of("token_secret_id", new Form.Field("existing_secret", "Existing secret")));

    @Test
    void errorsStandInTheOrderOfTheFields() {
        Form refused = form.with("expires_at", "Give a date.").refused(problem(Map.of("/user_id", "Give an id.")));
        assertThat(refused.with("name", "Give a name.").errors())
                .extracting(Form.Error::field)
                .containsExactly("name", "user_id", "expires_at");
        assertThat(form.with("header_10", "Wrong.")
                        .with("header_2", "Wrong.")
                        .with("name", "Wrong.")
                        .errors())
                .extracting(Form.Error::field)
                .containsExactly("name", "header_2", "header_10");
    }

    @Test
    void ofAFieldThatIsWrongAlreadyOneSentenceIsEnough() {
        Form wrong = form.with("existing_secret", "Choose one.");
        assertThat(wrong.refused(problem(Map.of("/token_secret_id", "Add it.", "/name", "Give a name.")))
                        .errors())
                .extracting(Form.Error::field, Form.Error::detail)
                .containsExactly(tuple("name", "Give a name."), tuple("existing_secret", "Choose one."));
    }

    @Test
    void namesOfTheContractAreSaidAsTheLabelsOfTheFields() {
        Form refused = form.refused(problem(
                Map.of("/token_secret_id", "Give token_secret_id or user_id; x_api_key takes no custom_headers.")));
        assertThat(refused.errorsOf("existing_secret"))
                .containsExactly("Give “Existing secret” or “User id”; x_api_key takes no custom_headers.");
        assertThat(refused.label("existing_secret")).isEqualTo("Existing secret");
        assertThat(refused.label("user_id")).isEqualTo("User id");
        assertThat(refused.labelled(Map.of("user_id", "Who")).label("user_id")).isEqualTo("Who");
    }

    @Test
    void aTextThatStandsForNothingIsWrongAndAnEmptyOneIsNot() {
        assertThat(form.expect("name", LocalDate::parse, "Give a date.").errorsOf("name"))
                .containsExactly("Give a date.");
        assertThat(Form.of("name", "")
                        .expect("name", LocalDate::parse, "Give a date.")
                        .errors())
                .isEmpty();
    }

    @Test
    void aProblemOfNoFieldIsSaidAsItIs() {
        ProblemException problem = new ProblemException(ProblemKind.SECRET_IN_USE, "It is in use.");
        assertThat(form.refused(problem).errors())
                .extracting(Form.Error::field, Form.Error::detail)
                .containsExactly(tuple("", "It is in use."));
    }

    @Test
    void whatWasChangedMeanwhileIsToBeLookedAtAgain() {
        ProblemException problem = new ProblemException(ProblemKind.PRECONDITION_FAILED, "Send its ETag as If-Match.");
        assertThat(form.refused(problem).errorsOf(""))
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
                "The request is invalid; errors says where and what to do.",
                violations.entrySet().stream()
                        .map(each -> new Violation().pointer(each.getKey()).detail(each.getValue()))
                        .toList());
    }
}
