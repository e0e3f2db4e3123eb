package io.agyn.proxy;

import static io.agyn.testing.Api.asAdmin;

import io.agyn.testing.Api;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Creates models with several targets in the organization of a {@link Scene}. */
final class FallbackScene {
    /** A target of a model. */
    record At(String id, String name, String remoteModel) {}

    private final String organization;
    private final String protocol;

    FallbackScene(Scene scene, String protocol) {
        this.organization = scene.organization();
        this.protocol = protocol;
    }

    /** A new LLM provider at an endpoint, which gets the scene's credential. */
    At at(String endpoint, String remoteModel) {
        boolean isResponses = protocol.equals("responses");
        Map<String, Object> body = new HashMap<>(
                Api.providerBody(isResponses ? "bearer" : "x_api_key", Map.of("token", Scene.CREDENTIAL)));
        body.put("endpoint", endpoint);
        body.put("protocol", protocol);
        String id = asAdmin()
                .body(body)
                .post("/organizations/{id}/llm-providers", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        return new At(id, (String) body.get("name"), remoteModel);
    }

    /** The name of a new model with these targets. */
    String model(At own, At... fallbacks) {
        return model(Map.of(), own, fallbacks);
    }

    /** The name of a new model with these fields and targets. */
    String model(Map<String, ?> fields, At own, At... fallbacks) {
        List<Map<String, Object>> others = new ArrayList<>();
        for (At other : fallbacks) {
            others.add(Map.of("provider_id", other.id(), "remote_model_name", other.remoteModel()));
        }
        Map<String, Object> body = new HashMap<>(Map.of(
                "name", Api.freshName("model"),
                "provider_id", own.id(),
                "remote_model_name", own.remoteModel(),
                "fallbacks", others));
        body.putAll(fields);
        asAdmin()
                .body(body)
                .post("/organizations/{id}/models", organization)
                .then()
                .statusCode(201);
        return (String) body.get("name");
    }
}
