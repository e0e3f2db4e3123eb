package io.agyn.console.forms;

import static java.util.Objects.requireNonNull;

import io.agyn.console.lists.ListPage;
import io.agyn.contract.Uuids;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A field that selects one of many resources. A short list is a select field with ids; for a long one, the user types the
 * resource's key, such as its name, and the first keys are suggested.
 */
public final class Picker {
    private static final int MOST = 100;

    /**
     * A resource to pick.
     *
     * @param key its unique key, such as a username
     */
    public record Item(UUID id, String key, String label) {}

    /** Reads the resources from the API. */
    public interface Source {
        /** The first resources; only the one with this key or id if that is not null. */
        ListPage.Slice<Item> find(int size, @Nullable String key, @Nullable UUID id);
    }

    /**
     * The options of the field.
     *
     * @param whole whether these are all resources, so that the field is a select field
     * @param chosen the id of the picked resource
     * @param typed the value of the field if the user types a key
     */
    public record Options(
            List<Item> items, boolean whole, @Nullable UUID chosen, String typed, Picker picker) {
        /** The name of the key, such as username. */
        public String key() {
            return picker.key;
        }

        /** The label of the resource with this id. */
        public String label(String id) {
            return items.stream()
                    .filter(item -> item.id().toString().equals(id))
                    .findFirst()
                    .or(() -> Uuids.parse(id).map(picker::withId))
                    .map(Item::label)
                    .orElse(id);
        }

        public boolean empty() {
            return items.isEmpty();
        }
    }

    private final String kind;
    private final String key;
    private final Source source;

    /**
     * Creates a picker.
     *
     * @param kind the resources' type, such as member
     * @param key the name of their key, such as username
     */
    Picker(String kind, String key, Source source) {
        this.kind = requireNonNull(kind, "kind is null");
        this.key = requireNonNull(key, "key is null");
        this.source = requireNonNull(source, "source is null");
    }

    /**
     * The id of the resource that a field's value identifies.
     *
     * @throws IllegalArgumentException if no resource has this key
     */
    public UUID idOf(String text) {
        return Uuids.parse(text)
                .or(() -> withKey(text).map(Item::id))
                .orElseThrow(() -> new IllegalArgumentException(remedy()));
    }

    /** The error for an unknown key. */
    public String remedy() {
        return "No %s has this %s.".formatted(kind, key);
    }

    /** The options of a field with this value. They include the picked resource even if it is not among the first. */
    public Options options(String text) {
        ListPage.Slice<Item> first = source.find(MOST, null, null);
        Optional<Item> chosen = first.items().stream()
                .filter(item -> item.key().equals(text) || item.id().toString().equals(text))
                .findFirst()
                .or(() -> Uuids.parse(text).map(this::withId))
                .or(() -> withKey(text));
        List<Item> items = Stream.concat(first.items().stream(), chosen.stream())
                .distinct()
                .toList();
        return new Options(
                items,
                !first.more(),
                chosen.map(Item::id).orElse(null),
                chosen.map(Item::key).orElse(text),
                this);
    }

    private Optional<Item> withKey(String text) {
        if (text.isBlank()) {
            return Optional.empty();
        }
        try {
            return source.find(1, text.strip(), null).items().stream().findFirst();
        } catch (ProblemException e) {
            if (e.kind() == ProblemKind.INVALID_REQUEST) {
                // The key is invalid.
                return Optional.empty();
            }
            throw e;
        }
    }

    private Item withId(UUID id) {
        return source.find(1, null, id).items().stream()
                .findFirst()
                .orElseGet(() -> new Item(id, id.toString(), id.toString()));
    }
}
