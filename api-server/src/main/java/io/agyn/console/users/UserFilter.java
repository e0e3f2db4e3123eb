package io.agyn.console.users;

import io.agyn.api.model.User;
import io.agyn.console.Listing;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The users that a list is narrowed down to.
 *
 * @param role what they are in the cluster; empty for any
 * @param state active or suspended; empty for any
 */
public record UserFilter(String role, String state) {
    public UserFilter {
        role = role == null ? "" : role;
        state = state == null ? "" : state;
    }

    /** Whether it leaves anything out. */
    public boolean isSet() {
        return !role.isEmpty() || !state.isEmpty();
    }

    /** The filter as it stands in the address. Its values come from an address, so that they are written out anew. */
    public String query() {
        return Stream.of("role=" + word(role), "state=" + word(state))
                .filter(parameter -> !parameter.endsWith("="))
                .collect(Collectors.joining("&"));
    }

    Listing.Source<User> narrow(Listing.Source<User> source) {
        if (!isSet()) {
            return source;
        }
        List<User> matching = Listing.all(source).stream()
                .filter(user -> role.isEmpty() || user.getRole().toString().equals(role))
                .filter(user -> state.isEmpty() || user.getState().toString().equals(state))
                .toList();
        return Listing.in(matching);
    }

    private static String word(String value) {
        return value.replaceAll("[^a-z_]", "");
    }
}
