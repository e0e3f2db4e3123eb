package io.agyn.console;

import static java.util.Objects.requireNonNull;

import io.agyn.contract.Uuids;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The choice of one of many things, in a field that holds its id or its key. Where they are few, all of them are offered;
 * else the key is typed, and those of the first ones are suggested.
 */
public final class Picker {
    private static final int MOST = 100;

    /**
     * One of the things.
     *
     * @param id its id
     * @param key what it is chosen by where it is typed, which no other one has
     * @param label what is shown
     */
    public record Thing(UUID id, String key, String label) {}

    /** Asks the API for things. */
    public interface Source {
        /** The first things, or only the one with a key or an id where that is not null. */
        ListPage.Slice<Thing> find(int size, String key, UUID id);
    }

    /**
     * What the field shows.
     *
     * @param things what is offered
     * @param whole whether these are all, so that none is typed
     * @param chosen the id of what is chosen, or null
     * @param typed what stands in the field where a key is typed
     * @param of the choice
     */
    public record Offer(List<Thing> things, boolean whole, UUID chosen, String typed, Picker of) {
        /** What the key is, such as a name. */
        public String key() {
            return of.key;
        }

        /** What is shown of the one with an id. */
        public String label(String id) {
            return things.stream()
                    .filter(thing -> thing.id().toString().equals(id))
                    .findFirst()
                    .or(() -> Uuids.parse(id).map(of::withId))
                    .map(Thing::label)
                    .orElse(id);
        }

        /** Whether there is nothing to choose. */
        public boolean empty() {
            return things.isEmpty();
        }
    }

    private final String kind;
    private final String key;
    private final Source source;

    /**
     * A choice.
     *
     * @param kind what is chosen, such as a member
     * @param key what it is chosen by, such as an email
     */
    Picker(String kind, String key, Source source) {
        this.kind = requireNonNull(kind, "kind is null");
        this.key = requireNonNull(key, "key is null");
        this.source = requireNonNull(source, "source is null");
    }

    /**
     * The id that a field's text stands for.
     *
     * @throws IllegalArgumentException where nothing has this key
     */
    public UUID idOf(String text) {
        return Uuids.parse(text)
                .or(() -> withKey(text).map(Thing::id))
                .orElseThrow(() -> new IllegalArgumentException(remedy()));
    }

    /** What to say where nothing has the key. */
    public String remedy() {
        return "No %s has this %s.".formatted(kind, key);
    }

    /** What the field shows while a text stands in it: what is chosen is offered too, whether it is one of the first or not. */
    public Offer offer(String text) {
        ListPage.Slice<Thing> first = source.find(MOST, null, null);
        Optional<Thing> chosen = first.items().stream()
                .filter(thing ->
                        thing.key().equals(text) || thing.id().toString().equals(text))
                .findFirst()
                .or(() -> Uuids.parse(text).map(this::withId))
                .or(() -> withKey(text));
        List<Thing> things = Stream.concat(first.items().stream(), chosen.stream())
                .distinct()
                .toList();
        return new Offer(
                things,
                !first.more(),
                chosen.map(Thing::id).orElse(null),
                chosen.map(Thing::key).orElse(text),
                this);
    }

    private Optional<Thing> withKey(String text) {
        if (text.isBlank()) {
            return Optional.empty();
        }
        try {
            return source.find(1, text.strip(), null).items().stream().findFirst();
        } catch (ProblemException e) {
            if (e.kind() == ProblemKind.INVALID_REQUEST) {
                // Nothing can have such a key.
                return Optional.empty();
            }
            throw e;
        }
    }

    private Thing withId(UUID id) {
        return source.find(1, null, id).items().stream()
                .findFirst()
                .orElseGet(() -> new Thing(id, id.toString(), id.toString()));
    }
}
