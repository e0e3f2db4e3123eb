package io.agyn.llm.models;

import com.fasterxml.jackson.databind.JsonNode;
import io.agyn.api.model.Protocol;
import java.util.Locale;
import java.util.regex.Pattern;

/** Interprets a provider's 404 or 405: an unknown model or a wrong path, whose errors are JSON of the same form. */
final class NotFoundResponse {
    // "The model `x` does not exist", "model: x", model_not_found; Azure's DeploymentNotFound.
    private static final Pattern ABOUT_MODELS = Pattern.compile("model|deployment");
    // "Invalid URL (POST /v1/models/responses)", "Unknown request URL"
    private static final Pattern ABOUT_URLS = Pattern.compile("\\burl\\b|\\bpost /");

    private NotFoundResponse() {}

    /**
     * Whether the provider knows the path, but not the model.
     *
     * @param body the response's body; a missing node if it is not JSON
     */
    static boolean isOfModel(JsonNode body) {
        JsonNode error = body.path("error");
        if (!error.isObject()) {
            return false;
        }
        String text = (error.path("message").asText() + " " + error.path("code").asText() + " "
                        + error.path("type").asText() + " "
                        + error.path("param").asText())
                .toLowerCase(Locale.ROOT);
        return ABOUT_MODELS.matcher(text).find() && !ABOUT_URLS.matcher(text).find();
    }

    /** Explains an unknown path, and what to change. */
    static String explainPath(Protocol protocol) {
        String operation =
                switch (protocol) {
                    case RESPONSES -> "/responses";
                    case ANTHROPIC_MESSAGES -> "/messages";
                };
        return "The LLM provider does not know the path: check the path of its endpoint and its protocol. The endpoint"
                + " is the base URL, which usually ends in /v1; calls add " + operation + " to it.";
    }
}
