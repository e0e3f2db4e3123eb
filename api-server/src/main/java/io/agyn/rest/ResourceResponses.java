package io.agyn.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.contract.Contract;
import io.agyn.hash.Sha256;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Creates the responses of resources. All writes go through it: one call takes the precondition, applies the change, returns
 * the response and records the diff. The entity tag is a hash of the representation's bytes, including derived fields, but
 * without fields that the server sets at any time: these would make updates fail. It serves only {@code If-Match}.
 */
@Singleton
public final class ResourceResponses {
    private final ObjectMapper mapper;
    private final Contract contract;
    private final ChangeRecorder changes;

    ResourceResponses(ObjectMapper mapper, Contract contract, ChangeRecorder changes) {
        this.contract = requireNonNull(contract, "contract is null");
        this.mapper = requireNonNull(mapper, "mapper is null");
        this.changes = requireNonNull(changes, "changes is null");
    }

    /**
     * Updates a resource: 200 with the new representation and its entity tag.
     * @param ifMatch the {@code If-Match} header (RFC 9110, 13.1.1)
     * @param read reads the representation, before and after
     * @param update applies the update
     * @throws ProblemException {@code precondition_failed}, with the current entity tag
     */
    public Response updated(@Nullable String ifMatch, Supplier<?> read, Runnable update) {
        Object current = read.get();
        requireMatch(ifMatch, current);
        JsonNode before = mapper.valueToTree(current);
        update.run();
        Object updated = read.get();
        record(before, updated, false);
        return ok(updated);
    }

    /**
     * Deletes a resource: 204.
     * @param ifMatch the {@code If-Match} header
     * @param current the current representation
     * @param delete deletes the resource
     * @throws ProblemException {@code precondition_failed}, with the current entity tag
     */
    public Response deleted(@Nullable String ifMatch, Object current, Runnable delete) {
        return deletedWithContents(ifMatch, current, () -> {
            delete.run();
            return List.of();
        });
    }

    /**
     * Deletes a resource, as {@link #deleted} does, with resources that it contains.
     *
     * @param delete deletes them, and returns their numbers for the audit log
     */
    public Response deletedWithContents(@Nullable String ifMatch, Object current, Supplier<List<String>> delete) {
        requireMatch(ifMatch, current);
        changes.record(new ResourceDiff(MissingNode.getInstance(), delete.get(), false));
        return Response.noContent().build();
    }

    /** 200 with a plaintext, which no cache may store. */
    public Response revealed(Object plaintext) {
        return Response.ok(write(plaintext))
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    /** 200 with a representation and its entity tag. */
    public Response ok(Object representation) {
        byte[] body = write(representation);
        return response(Response.ok(), body, tagOf(representation, body));
    }

    /**
     * 201 with a representation, its entity tag and its location.
     *
     * @param path the path of the created resource, below {@code /api/v1}
     */
    public Response created(Object representation, String path) {
        return created(representation, representation, path);
    }

    /**
     * 201 with a representation that contains a value shown only once. The entity tag belongs to the later
     * representation, which a repeat with the same {@code Idempotency-Key} also gets.
     *
     * @param shownOnce the representation with the value
     * @param state the later representation
     * @param path the path of the created resource, below {@code /api/v1}
     */
    public Response created(Object shownOnce, Object state, String path) {
        record(MissingNode.getInstance(), state, shownOnce != state);
        byte[] body = write(shownOnce);
        // A plain header, since JAX-RS would make location() absolute with the caller's Host header.
        return response(
                Response.status(Response.Status.CREATED).header(HttpHeaders.LOCATION, RestApi.ROOT + path),
                body,
                tagOf(state, shownOnce == state ? body : write(state)));
    }

    private void record(JsonNode before, Object written, boolean isShownOnce) {
        JsonNode after = mapper.valueToTree(written);
        List<String> fields = contract.auditNames(written.getClass().getSimpleName()).entrySet().stream()
                .filter(field -> isChanged(before, after, field.getKey()))
                .map(Map.Entry::getValue)
                .distinct()
                .sorted()
                .toList();
        changes.record(new ResourceDiff(after, fields, isShownOnce));
    }

    private static boolean isChanged(JsonNode before, JsonNode after, String pointer) {
        JsonNode value = after.at(pointer);
        return before.isMissingNode() ? !value.isMissingNode() && !value.isNull() : !value.equals(before.at(pointer));
    }

    private void requireMatch(@Nullable String ifMatch, Object current) {
        if (ifMatch == null || ifMatch.strip().equals("*")) {
            return;
        }
        String tag = tagOf(current, write(current));
        boolean matches = Arrays.stream(ifMatch.split(",")).map(String::strip).anyMatch(tag::equals);
        if (!matches) {
            throw new ProblemException(
                            ProblemKind.PRECONDITION_FAILED,
                            "The resource has changed since you read it. Read it again and send its ETag as If-Match.")
                    .withHeader(HttpHeaders.ETAG, tag);
        }
    }

    private static Response response(Response.ResponseBuilder builder, byte[] body, String tag) {
        return builder.type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.ETAG, tag)
                .entity(body)
                .build();
    }

    private byte[] write(Object representation) {
        try {
            return mapper.writeValueAsBytes(representation);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String tagOf(Object representation, byte[] body) {
        Set<String> observed = contract.observed(representation.getClass().getSimpleName());
        byte[] tagged = observed.isEmpty()
                ? body
                : write(mapper.<ObjectNode>valueToTree(representation).without(observed));
        return '"' + HexFormat.of().formatHex(Sha256.of(tagged), 0, 16) + '"';
    }
}
