package io.agyn.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import jakarta.enterprise.context.RequestScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The change that a request makes to a resource: its representation before and after. {@link ResourceResponses}
 * records both.
 */
@RequestScoped
public class ResourceDiff {
    // Fields that follow from other fields, or from the time.
    private static final Set<String> DERIVED = Set.of(
            "id",
            "organization_id",
            "created_at",
            "updated_at",
            "version",
            "model_count",
            "status",
            "has_token",
            "prefix");
    // Write-only fields, keyed by the readable field that reflects them.
    private static final Map<String, String> WRITTEN =
            Map.of("fingerprint", "value", "credentials_fingerprint", "credentials");

    private final ObjectMapper mapper;
    private JsonNode before = MissingNode.getInstance();
    private JsonNode after = MissingNode.getInstance();
    private boolean repeated;
    private boolean shownOnce;

    ResourceDiff(ObjectMapper mapper) {
        this.mapper = requireNonNull(mapper, "mapper is null");
    }

    void before(Object representation) {
        before = mapper.valueToTree(representation);
    }

    void after(Object representation) {
        after = mapper.valueToTree(representation);
    }

    /** Clears the recorded change. */
    public void begin() {
        before = MissingNode.getInstance();
        after = MissingNode.getInstance();
        repeated = false;
        shownOnce = false;
    }

    /**
     * Marks that the response contains a value that is shown only once; a repeat of the request gets the plain
     * representation.
     */
    void showOnce() {
        shownOnce = true;
    }

    /** Whether the response contains a value that is shown only once. */
    public boolean isShownOnce() {
        return shownOnce;
    }

    /** The representation after the change. */
    public JsonNode representation() {
        return after;
    }

    /** Marks the request as a repeat, which changes nothing. */
    public void repeat() {
        repeated = true;
    }

    /** Whether the request is a repeat, which changes nothing. */
    public boolean isRepeated() {
        return repeated;
    }

    /** The id of the created resource, if any; for a member, the user's id. */
    public Optional<UUID> id() {
        return Optional.ofNullable(after.path("id").textValue())
                .or(() -> Optional.ofNullable(after.path("user_id").textValue()))
                .map(UUID::fromString);
    }

    /**
     * The names of the changed fields, in alphabetical order: after a create all that have a value, after a delete
     * none. A credential is listed under its write-only field.
     */
    public List<String> fields() {
        Set<String> names = new TreeSet<>();
        after.fieldNames().forEachRemaining(name -> {
            boolean isSet = !after.path(name).isNull();
            boolean differs = before.isMissingNode() ? isSet : !after.path(name).equals(before.path(name));
            if (differs && !DERIVED.contains(name)) {
                names.add(WRITTEN.getOrDefault(name, name));
            }
        });
        return List.copyOf(names);
    }
}
