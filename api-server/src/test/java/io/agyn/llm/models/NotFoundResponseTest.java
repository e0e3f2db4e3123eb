package io.agyn.llm.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As providers word them. */
@Timeout(10)
class NotFoundResponseTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(
            strings = {
                """
                {"error":{"message":"The model `gpt-9` does not exist or you do not have access to it.",
                 "type":"invalid_request_error","param":null,"code":"model_not_found"}}""",
                """
                {"type":"error","error":{"type":"not_found_error","message":"model: claude-9"}}""",
                """
                {"error":{"message":"The model `x` does not exist.","type":"NotFoundError","param":"model","code":404}}""",
                """
                {"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}""",
            })
    void unknownModel(String body) throws Exception {
        assertThat(NotFoundResponse.isOfModel(MAPPER.readTree(body))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                """
                {"error":{"message":"Invalid URL (POST /v1/models/responses)","type":"invalid_request_error","param":null,
                 "code":null}}""",
                """
                {"error":{"message":"Unknown request URL: POST /openai/models/responses. Please check the URL for typos",
                 "type":"invalid_request_error","code":"unknown_url"}}""",
                """
                {"type":"error","error":{"type":"not_found_error","message":"Not Found"}}""",
                """
                {"error":{"code":"404","message":"Resource not found"}}""",
                """
                {"detail":"Not Found"}""",
                "\"model\"",
                "null",
            })
    void unknownPath(String body) throws Exception {
        assertThat(NotFoundResponse.isOfModel(MAPPER.readTree(body))).isFalse();
    }
}
