package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.models.Model;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import io.agyn.scripted.ReceivedCall;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's Java SDK, configured only with another base URL and API key. */
class OpenAiSdkIT {

    private static CalledModels models;
    private static OpenAIClient client;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        models = CalledModels.start(folder);
        client = client(models.environment().get("AGYN_TOKEN"));
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        models.close();
    }

    @BeforeEach
    void forget() {
        models.provider().script("");
        models.provider().forget();
    }

    @Test
    void callReachesTheProviderWithItsKeyAndModel() throws Exception {
        Response response = client.responses().create(question(CalledModels.GPT).build());

        assertThat(text(response)).isEqualTo(CalledModels.WORDS);
        assertThat(response.usage().orElseThrow().outputTokens()).isEqualTo(12);
        ReceivedCall received = models.received();
        assertThat(received.values("authorization")).containsExactly("Bearer sk-openai-1");
        assertThat(received.text()).contains("\"gpt-4o-2024-08-06\"");
        assertThat(received.headers().toString() + received.text()).doesNotContain("agyn_");
    }

    @Test
    void streamArrivesEventByEvent() {
        ResponseAccumulator accumulator = ResponseAccumulator.create();
        StringBuilder text = new StringBuilder();
        try (StreamResponse<ResponseStreamEvent> events =
                client.responses().createStreaming(question(CalledModels.GPT).build())) {
            events.stream()
                    .peek(accumulator::accumulate)
                    .flatMap(event -> event.outputTextDelta().stream())
                    .forEach(delta -> text.append(delta.delta()));
        }

        assertThat(text).hasToString(CalledModels.WORDS);
        assertThat(text(accumulator.response())).isEqualTo(CalledModels.WORDS);
    }

    @Test
    void toolIsCalledAndItsResultIsSentBack() {
        Response first = client.responses()
                .create(question(CalledModels.GPT).addTool(weather()).build());
        ResponseFunctionToolCall call = first.output().stream()
                .flatMap(item -> item.functionCall().stream())
                .findFirst()
                .orElseThrow();
        assertThat(call.name()).isEqualTo("get_weather");

        Response second = client.responses()
                .create(ResponseCreateParams.builder()
                        .model(CalledModels.GPT)
                        .addTool(weather())
                        .inputOfResponse(List.of(
                                ResponseInputItem.ofFunctionCall(call),
                                ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                                        .callId(call.callId())
                                        .output("sunny")
                                        .build())))
                        .build());

        assertThat(text(second)).isEqualTo(CalledModels.WORDS);
    }

    @Test
    void backgroundResponseIsPolledToItsUsage() {
        Response response = client.responses()
                .create(question(CalledModels.GPT).background(true).build());
        assertThat(response.status()).hasValue(ResponseStatus.QUEUED);
        assertThat(models.awaitUsage("create_response", "usage_unknown_reason")).isEqualTo("pending");

        while (response.status().orElseThrow().equals(ResponseStatus.QUEUED)
                || response.status().orElseThrow().equals(ResponseStatus.IN_PROGRESS)) {
            response = client.responses().retrieve(response.id());
        }

        assertThat(text(response)).isEqualTo(CalledModels.WORDS);
        assertThat(models.awaitUsage("create_response", "output_tokens"))
                .isEqualTo((int) response.usage().orElseThrow().outputTokens());
    }

    @Test
    void callIsRetriedAfterARateLimit() throws Exception {
        models.provider().script("status=429;retry-after=1");
        Thread relenting = Thread.ofVirtual().start(() -> {
            try {
                models.provider().await(call -> call.status() == 429, Duration.ofSeconds(10));
                models.provider().script("");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        Response response = client.responses().create(question(CalledModels.GPT).build());

        relenting.join();
        assertThat(text(response)).isEqualTo(CalledModels.WORDS);
        assertThat(models.provider().received().stream().map(ReceivedCall::status))
                .startsWith(429)
                .endsWith(200);
    }

    @Test
    void errorsHaveTheSdksExceptionTypes() throws Exception {
        OpenAIClient stranger = client("agyn_of-somebody-else");
        assertThatThrownBy(() ->
                        stranger.responses().create(question(CalledModels.GPT).build()))
                .isInstanceOf(UnauthorizedException.class)
                .hasMessageContaining("API token");
        stranger.close();
        assertThatThrownBy(
                        () -> client.responses().create(question("unheard-of").build()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("unheard-of");
        assertThatThrownBy(() ->
                        client.responses().create(question(CalledModels.CLAUDE).build()))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("/v1/messages");
        models.provider().script("status=400");
        assertThatThrownBy(() ->
                        client.responses().create(question(CalledModels.GPT).build()))
                .isInstanceOf(BadRequestException.class);
    }

    @Test
    void modelsAreListed() {
        assertThat(client.models().list().autoPager().stream().map(Model::id))
                .containsExactlyInAnyOrder(CalledModels.GPT, CalledModels.CLAUDE);
    }

    private static OpenAIClient client(String token) throws IOException {
        return OpenAIOkHttpClient.builder()
                .baseUrl(models.environment().get("AGYN_GATEWAY") + "/v1")
                .apiKey(token)
                .build();
    }

    private static ResponseCreateParams.Builder question(String model) {
        return ResponseCreateParams.builder().model(model).input("Hello, world");
    }

    private static FunctionTool weather() {
        return FunctionTool.builder()
                .name("get_weather")
                .parameters(FunctionTool.Parameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty("properties", JsonValue.from(Map.of()))
                        .build())
                .strict(false)
                .build();
    }

    private static String text(Response response) {
        return response.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .flatMap(content -> content.outputText().stream())
                .map(part -> part.text())
                .collect(Collectors.joining());
    }
}
