package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import com.anthropic.models.messages.batches.BatchCreateParams;
import com.anthropic.models.messages.batches.MessageBatch;
import com.anthropic.models.messages.batches.MessageBatchIndividualResponse;
import com.anthropic.models.models.ModelInfo;
import com.anthropic.services.blocking.messages.BatchService;
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

/** Anthropic's Java SDK, configured only with another base URL and API key. */
class AnthropicSdkIT {

    private static CalledModels models;
    private static AnthropicClient client;

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
        Message message = client.messages().create(question(CalledModels.CLAUDE).build());

        assertThat(text(message)).isEqualTo(CalledModels.WORDS);
        assertThat(message.usage().outputTokens()).isEqualTo(12);
        ReceivedCall received = models.received();
        assertThat(received.values("x-api-key")).containsExactly("sk-ant-1");
        assertThat(received.values("anthropic-version")).hasSize(1);
        assertThat(received.text()).contains("\"claude-sonnet-4-5\"");
        assertThat(received.headers().toString() + received.text()).doesNotContain("agyn_");
    }

    @Test
    void streamArrivesEventByEvent() {
        MessageAccumulator accumulator = MessageAccumulator.create();
        StringBuilder text = new StringBuilder();
        try (StreamResponse<RawMessageStreamEvent> events =
                client.messages().createStreaming(question(CalledModels.CLAUDE).build())) {
            events.stream()
                    .peek(accumulator::accumulate)
                    .flatMap(event -> event.contentBlockDelta().stream())
                    .flatMap(delta -> delta.delta().text().stream())
                    .forEach(delta -> text.append(delta.text()));
        }

        assertThat(text).hasToString(CalledModels.WORDS);
        assertThat(text(accumulator.message())).isEqualTo(CalledModels.WORDS);
    }

    @Test
    void toolIsCalledAndItsResultIsSentBack() {
        Message first = client.messages()
                .create(question(CalledModels.CLAUDE).addTool(weather()).build());
        ToolUseBlock use = first.content().stream()
                .flatMap(block -> block.toolUse().stream())
                .findFirst()
                .orElseThrow();
        assertThat(use.name()).isEqualTo("get_weather");

        Message second = client.messages()
                .create(question(CalledModels.CLAUDE)
                        .addTool(weather())
                        .addMessage(first)
                        .addUserMessageOfContentBlockParams(
                                List.of(ContentBlockParam.ofToolResult(ToolResultBlockParam.builder()
                                        .toolUseId(use.id())
                                        .content("sunny")
                                        .build())))
                        .build());

        assertThat(text(second)).isEqualTo(CalledModels.WORDS);
    }

    @Test
    void tokensAreCounted() throws Exception {
        long tokens = client.messages()
                .countTokens(MessageCountTokensParams.builder()
                        .model(CalledModels.CLAUDE)
                        .addUserMessage("Hello, world")
                        .build())
                .inputTokens();

        assertThat(tokens).isPositive();
        assertThat(models.received().target()).startsWith("/v1/messages/count_tokens");
    }

    @Test
    void batchIsPolledToItsResultsAndUsage() {
        BatchService batches = client.messages().batches();
        BatchCreateParams.Builder params = BatchCreateParams.builder();
        for (int i = 0; i < 3; i++) {
            params.addRequest(BatchCreateParams.Request.builder()
                    .customId("question-" + i)
                    .params(BatchCreateParams.Request.Params.builder()
                            .model(CalledModels.CLAUDE)
                            .maxTokens(256)
                            .addUserMessage("Hello, world")
                            .build())
                    .build());
        }
        MessageBatch batch = batches.create(params.build());
        assertThat(models.awaitUsage("create_batch", "usage_unknown_reason")).isEqualTo("pending");

        while (!batch.processingStatus().equals(MessageBatch.ProcessingStatus.ENDED)) {
            batch = batches.retrieve(batch.id());
        }
        assertThat(batches.list().items()).extracting(MessageBatch::id).containsExactly(batch.id());
        try (StreamResponse<MessageBatchIndividualResponse> results = batches.resultsStreaming(batch.id())) {
            assertThat(results.stream()
                            .map(result -> result.customId() + " "
                                    + text(result.result().asSucceeded().message())))
                    .containsExactly(
                            "question-0 " + CalledModels.WORDS,
                            "question-1 " + CalledModels.WORDS,
                            "question-2 " + CalledModels.WORDS);
        }

        assertThat(models.awaitUsage("create_batch", "input_tokens")).isEqualTo(11 + 12 + 13);
        assertThat(models.provider().received())
                .allSatisfy(call -> assertThat(call.headers().toString()).doesNotContain("agyn_"));
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

        Message message = client.messages().create(question(CalledModels.CLAUDE).build());

        relenting.join();
        assertThat(text(message)).isEqualTo(CalledModels.WORDS);
        assertThat(models.provider().received().stream().map(ReceivedCall::status))
                .startsWith(429)
                .endsWith(200);
    }

    @Test
    void errorsHaveTheSdksExceptionTypes() throws Exception {
        AnthropicClient stranger = client("agyn_of-somebody-else");
        assertThatThrownBy(() ->
                        stranger.messages().create(question(CalledModels.CLAUDE).build()))
                .isInstanceOf(UnauthorizedException.class)
                .hasMessageContaining("API token");
        stranger.close();
        assertThatThrownBy(() -> client.messages().create(question("unheard-of").build()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("unheard-of");
        assertThatThrownBy(() ->
                        client.messages().create(question(CalledModels.GPT).build()))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("/v1/responses");
    }

    @Test
    void modelsAreListed() {
        assertThat(client.models().list().autoPager().stream().map(ModelInfo::id))
                .containsExactly(CalledModels.CLAUDE);
    }

    private static AnthropicClient client(String token) throws IOException {
        return AnthropicOkHttpClient.builder()
                .baseUrl(models.environment().get("AGYN_GATEWAY"))
                .apiKey(token)
                .build();
    }

    private static MessageCreateParams.Builder question(String model) {
        return MessageCreateParams.builder().model(model).maxTokens(256).addUserMessage("Hello, world");
    }

    private static Tool weather() {
        return Tool.builder()
                .name("get_weather")
                .inputSchema(Tool.InputSchema.builder()
                        .properties(JsonValue.from(Map.of()))
                        .build())
                .build();
    }

    private static String text(Message message) {
        return message.content().stream()
                .flatMap(block -> block.text().stream())
                .map(part -> part.text())
                .collect(Collectors.joining());
    }
}
