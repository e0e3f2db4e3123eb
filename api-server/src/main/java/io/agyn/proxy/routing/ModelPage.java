package io.agyn.proxy.routing;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A page of a list of models, as in Anthropic's API.
 *
 * @param models the models, in the list's order
 * @param hasMore whether there are more in the requested direction
 */
public record ModelPage(List<ListedModel> models, boolean hasMore) {
    /**
     * Returns the models after one, or from the start.
     *
     * @param all the whole list
     * @param limit the most models, at least 1
     * @param id the id of the model before the page, if not the first page
     * @return the page; empty if no model has the id
     */
    public static Optional<ModelPage> after(List<ListedModel> all, int limit, Optional<String> id) {
        Optional<Integer> begin =
                id.isEmpty() ? Optional.of(0) : indexOf(all, id.get()).map(index -> index + 1);
        return begin.map(from -> {
            int end = from + Math.min(limit, all.size() - from);
            return new ModelPage(all.subList(from, end), end < all.size());
        });
    }

    /**
     * Returns the models before one.
     *
     * @param all the whole list
     * @param limit the most models, at least 1
     * @param id the id of the model after the page
     * @return the page; empty if no model has the id
     */
    public static Optional<ModelPage> before(List<ListedModel> all, int limit, String id) {
        return indexOf(all, id).map(end -> {
            int begin = Math.max(0, end - limit);
            return new ModelPage(all.subList(begin, end), begin > 0);
        });
    }

    private static Optional<Integer> indexOf(List<ListedModel> all, String id) {
        return IntStream.range(0, all.size())
                .filter(i -> all.get(i).id().equals(id))
                .boxed()
                .findFirst();
    }
}
