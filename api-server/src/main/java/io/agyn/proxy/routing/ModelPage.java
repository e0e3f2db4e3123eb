package io.agyn.proxy.routing;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A part of a list of models, as Anthropic's API pages.
 *
 * @param models the models, in the list's order
 * @param hasMore whether there are more in the direction that was asked for
 */
public record ModelPage(List<ListedModel> models, boolean hasMore) {
    /**
     * Takes the models that come right after one, or from the start.
     *
     * @param all the whole list
     * @param limit the most models, at least 1
     * @param id what the last model before is called by, if it is not to begin with the first
     * @return the page; nothing where no model is called so
     */
    public static Optional<ModelPage> after(List<ListedModel> all, int limit, Optional<String> id) {
        Optional<Integer> begin =
                id.isEmpty() ? Optional.of(0) : place(all, id.get()).map(place -> place + 1);
        return begin.map(from -> {
            int end = from + Math.min(limit, all.size() - from);
            return new ModelPage(all.subList(from, end), end < all.size());
        });
    }

    /**
     * Takes the models that come right before one.
     *
     * @param all the whole list
     * @param limit the most models, at least 1
     * @param id what the first model after is called by
     * @return the page; nothing where no model is called so
     */
    public static Optional<ModelPage> before(List<ListedModel> all, int limit, String id) {
        return place(all, id).map(end -> {
            int begin = Math.max(0, end - limit);
            return new ModelPage(all.subList(begin, end), begin > 0);
        });
    }

    private static Optional<Integer> place(List<ListedModel> all, String id) {
        return IntStream.range(0, all.size())
                .filter(i -> all.get(i).id().equals(id))
                .boxed()
                .findFirst();
    }
}
