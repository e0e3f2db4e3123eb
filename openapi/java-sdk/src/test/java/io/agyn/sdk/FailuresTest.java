package io.agyn.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.agyn.sdk.model.CustomHeaders;
import io.agyn.sdk.model.LlmProviderCreate;
import io.agyn.sdk.model.OrganizationCreate;
import io.agyn.sdk.model.SecretCreate;
import io.agyn.sdk.model.Violation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresTest extends ClientTest {
    @ParameterizedTest
    @CsvSource({
        "400, InvalidRequestException",
        "401, UnauthenticatedException",
        "403, ForbiddenException",
        "404, NotFoundException",
        "405, ProblemException",
        "409, ConflictException",
        "412, PreconditionFailedException",
        "413, InvalidRequestException",
        "415, InvalidRequestException",
        "422, InvalidRequestException",
        "500, ProblemException"
    })
    void throwsTheExceptionOfTheStatus(int status, String type) {
        server.problem(status, "some_code");

        ProblemException problem = catchThrowableOfType(ProblemException.class, client::me);

        assertThat(problem.getClass().getSimpleName()).isEqualTo(type);
        assertThat(problem.status()).isEqualTo(status);
        assertThat(problem.code()).isEqualTo("some_code");
        assertThat(problem.detail()).isEqualTo("Do otherwise.");
        assertThat(problem.requestId()).contains("r-1");
        assertThat(problem.errors()).isEmpty();
        assertThat(problem).hasMessage(status + " some_code: Do otherwise. (request r-1)");
    }

    @Test
    void listsEveryViolation() throws IOException {
        server.respond(400, """
            {"type": "about:blank", "title": "Bad Request", "status": 400, "code": "invalid_request",
             "detail": "See errors.", "request_id": "r-2", "errors": [
               {"pointer": "/name", "detail": "Shorten the name."},
               {"parameter": "page_size", "detail": "Ask for less."}]}\
            """);

        InvalidRequestException problem = catchThrowableOfType(
                InvalidRequestException.class, () -> client.organizations().create(new OrganizationCreate()));

        assertThat(problem.errors())
                .extracting(Violation::getPointer, Violation::getParameter, Violation::getDetail)
                .containsExactly(tuple("/name", null, "Shorten the name."), tuple(null, "page_size", "Ask for less."));
        assertThat(problem)
                .hasMessage("400 invalid_request: See errors. [/name: Shorten the name.] [page_size: Ask for less.]"
                        + " (request r-2)");
        new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(problem);
    }

    @Test
    void violationWithoutPlaceShowsOnlyItsDetail() {
        server.respond(400, """
            {"type": "about:blank", "title": "Bad Request", "status": 400, "code": "invalid_request",
             "detail": "See errors.", "request_id": "r-2", "errors": [{"detail": "Send less."}]}\
            """);

        assertThatThrownBy(() -> client.organizations().create(new OrganizationCreate()))
                .hasMessage("400 invalid_request: See errors. [Send less.] (request r-2)");
    }

    @Test
    void carriesTheCurrentEntityTag() {
        server.problem(412, "precondition_failed", "ETag", "\"3\"");

        assertThatThrownBy(() -> client.organizations().delete(UUID.randomUUID(), "\"2\""))
                .isInstanceOfSatisfying(PreconditionFailedException.class, problem -> assertThat(problem.etag())
                        .contains("\"3\""));
    }

    @Test
    void mapsErrorsOfOtherServersByStatus() {
        server.respond(404, "<html>" + TOKEN, "Content-Type", "text/html", "X-Request-Id", "r-3");

        assertThatThrownBy(client::me).isInstanceOfSatisfying(NotFoundException.class, problem -> {
            assertThat(problem.code()).isEqualTo("unknown");
            assertThat(problem.detail()).contains("is this the base URL of an Agyn server?");
            assertThat(problem.requestId()).contains("r-3");
        });
    }

    @Test
    void reportsAResponseThatIsNotAgyns() {
        server.respond(200, "<html>", "Content-Type", "text/html").respond(302, "", "Location", "/login");

        assertThatThrownBy(client::me)
                .isExactlyInstanceOf(AgynException.class)
                .hasMessageContaining("is this the base URL of an Agyn server?");
        assertThatThrownBy(client::me).isExactlyInstanceOf(ProblemException.class);
    }

    @Test
    void neverShowsTheToken() {
        String echo = "<html>Authorization: Bearer " + TOKEN;
        server.respond(401, echo, "Content-Type", "text/html")
                .respond(200, echo, "Content-Type", "text/html")
                .stall()
                .hangUp();

        try (AgynClient hasty =
                client().requestTimeout(Duration.ofMillis(300)).maxRetries(0).build()) {
            assertThat(hasty.toString()).isEqualTo("AgynClient[" + server.uri() + "]");
            assertThat(client().toString()).doesNotContain(TOKEN);
            Stream.generate(() -> catchThrowableOfType(AgynException.class, hasty::me))
                    .limit(4)
                    .forEach(failure -> assertThat(stackTrace(failure)).doesNotContain(TOKEN));
        }
    }

    @Test
    void neverShowsCredentialsOfARequest() {
        assertThat(new SecretCreate().name("key").value("sk-hidden").toString()).doesNotContain("sk-hidden");
        assertThat(new LlmProviderCreate().token("sk-hidden").toString()).doesNotContain("sk-hidden");
        assertThat(new LlmProviderCreate()
                        .customHeaders(CustomHeaders.of("X-Key", "sk-hidden"))
                        .toString())
                .contains("X-Key")
                .doesNotContain("sk-hidden");
    }

    private static String stackTrace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
