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

/** What a request changes, as its representation before and after tell. {@link ResourceResponses} sees both. */
@RequestScoped
public class ResourceDiff {
    // What follows from other fields, or from time.
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
    // What is written, by what shows that it was.
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

    /** Forgets what was changed before. */
    public void begin() {
        before = MissingNode.getInstance();
        after = MissingNode.getInstance();
        repeated = false;
        shownOnce = false;
    }

    /** Notes that the response shows what is not shown again: a repeat of the request gets the representation. */
    void showOnce() {
        shownOnce = true;
    }

    /** Whether the answer shows what is not shown again. */
    public boolean isShownOnce() {
        return shownOnce;
    }

    /** What was made or changed, as it is read. */
    public JsonNode representation() {
        return after;
    }

    /** Notes that the request was answered as one before it, and changes nothing. */
    public void repeat() {
        repeated = true;
    }

    /** Whether the request was answered as one before it, and changes nothing. */
    public boolean isRepeated() {
        return repeated;
    }

    /** The id of what was made, if something was; a member has the user's. */
    public Optional<UUID> id() {
        return Optional.ofNullable(after.path("id").textValue())
                .or(() -> Optional.ofNullable(after.path("user_id").textValue()))
                .map(UUID::fromString);
    }

    /**
     * The names of the fields that have another value than before, in alphabetical order: all that have one where it was
     * made, none where it was deleted. A credential is named by the field that it is written to.
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
