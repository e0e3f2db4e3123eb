package io.agyn.proxy.listing;

import com.fasterxml.jackson.core.JsonGenerator;
import io.agyn.api.model.Protocol;
import io.agyn.proxy.dialect.Dialect;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.routing.ListedModel;
import io.agyn.proxy.routing.ModelPage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The formats of the list of models. Each lists the models that its clients can call. */
enum ModelFormat {
    /** <a href="https://platform.openai.com/docs/api-reference/models">OpenAI's list</a>, of the models of both APIs. */
    OPENAI(Optional.empty()) {
        @Override
        byte[] list(List<ListedModel> models, Map<String, List<String>> query) {
            return Dialect.json(json -> {
                json.writeStartObject();
                json.writeStringField("object", "list");
                writeData(json, models);
                json.writeEndObject();
            });
        }

        @Override
        void write(JsonGenerator json, ListedModel model) throws IOException {
            writeOpenAiModel(json, model);
        }
    },

    /**
     * <a href="https://platform.claude.com/docs/en/api/models/list">Anthropic's list</a>, with the aliases, since Claude Code
     * discards ids without {@code claude} and {@code anthropic}.
     */
    ANTHROPIC(Optional.of(Protocol.ANTHROPIC_MESSAGES)) {
        @Override
        byte[] list(List<ListedModel> models, Map<String, List<String>> query) {
            List<ListedModel> aliased =
                    models.stream().map(ListedModel::withAliasAsId).toList();
            ModelPage page = page(aliased, query);
            List<ListedModel> listed = page.models();
            return Dialect.json(json -> {
                json.writeStartObject();
                writeData(json, listed);
                json.writeStringField(
                        "first_id", listed.isEmpty() ? null : listed.getFirst().id());
                json.writeStringField(
                        "last_id", listed.isEmpty() ? null : listed.getLast().id());
                json.writeBooleanField("has_more", page.hasMore());
                json.writeEndObject();
            });
        }

        @Override
        void write(JsonGenerator json, ListedModel model) throws IOException {
            json.writeStartObject();
            json.writeStringField("id", model.withAliasAsId().id());
            json.writeStringField("type", "model");
            json.writeStringField("display_name", model.name());
            json.writeStringField("created_at", model.createdAt().toString());
            json.writeStringField("lifecycle", "active");
            json.writeEndObject();
        }
    },

    /** Codex' catalogue and OpenAI's list, in one object and with the same models. */
    CODEX(Optional.of(Protocol.RESPONSES)) {
        @Override
        byte[] list(List<ListedModel> models, Map<String, List<String>> query) {
            return Dialect.json(json -> {
                json.writeStartObject();
                json.writeStringField("object", "list");
                json.writeFieldName("models");
                CodexCatalog.write(json, models);
                writeData(json, models);
                json.writeEndObject();
            });
        }

        @Override
        void write(JsonGenerator json, ListedModel model) throws IOException {
            writeOpenAiModel(json, model);
        }
    };

    // Limits of Anthropic's list.
    private static final int MAX_PAGE_SIZE = 1000;
    private static final int DEFAULT_PAGE_SIZE = 20;

    private final Optional<Protocol> protocol;

    ModelFormat(Optional<Protocol> protocol) {
        this.protocol = protocol;
    }

    /** Returns the format for a request. Codex sends its version. */
    static ModelFormat of(Dialect dialect, Map<String, List<String>> query) {
        return switch (dialect) {
            case ANTHROPIC -> ANTHROPIC;
            case OPENAI -> query.containsKey("client_version") ? CODEX : OPENAI;
        };
    }

    /** The protocol of the listed models; empty for both. */
    Optional<Protocol> protocol() {
        return protocol;
    }

    boolean lists(ListedModel model) {
        return protocol.isEmpty() || protocol.get() == model.protocol();
    }

    /**
     * Returns the body of a list.
     *
     * @param query the decoded query
     * @throws RejectedException if a parameter is invalid
     */
    abstract byte[] list(List<ListedModel> models, Map<String, List<String>> query);

    /** Writes one model. */
    abstract void write(JsonGenerator json, ListedModel model) throws IOException;

    void writeData(JsonGenerator json, List<ListedModel> models) throws IOException {
        json.writeArrayFieldStart("data");
        for (ListedModel model : models) {
            write(json, model);
        }
        json.writeEndArray();
    }

    private static void writeOpenAiModel(JsonGenerator json, ListedModel model) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", model.id());
        json.writeStringField("object", "model");
        json.writeNumberField("created", model.createdAt().getEpochSecond());
        json.writeStringField("owned_by", model.organizationSlug());
        json.writeEndObject();
    }

    private static ModelPage page(List<ListedModel> models, Map<String, List<String>> query) {
        int limit = limit(query);
        if (limit < 1 || limit > MAX_PAGE_SIZE) {
            throw invalid("limit", "must be a number from 1 to 1000.");
        }
        Optional<String> before = first(query, "before_id");
        Optional<ModelPage> page = before.isPresent()
                ? ModelPage.before(models, limit, before.get())
                : ModelPage.after(models, limit, first(query, "after_id"));
        return page.orElseThrow(
                () -> invalid(before.isPresent() ? "before_id" : "after_id", "is not the id of a model in this list."));
    }

    private static RejectedException invalid(String parameter, String reason) {
        return new RejectedException(
                ProxyError.of(Kind.INVALID_REQUEST, parameter + " " + reason).about(parameter));
    }

    private static int limit(Map<String, List<String>> query) {
        try {
            return first(query, "limit").map(Integer::parseInt).orElse(DEFAULT_PAGE_SIZE);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static Optional<String> first(Map<String, List<String>> query, String parameter) {
        return query.getOrDefault(parameter, List.of()).stream().findFirst();
    }
}
