package io.agyn.proxy.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.Protocol;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ModelPageTest {
    private final List<ListedModel> all = Stream.of("a", "b", "c", "d", "e")
            .map(id -> new ListedModel(
                    id, UUID.randomUUID(), id, null, "acme", Protocol.ANTHROPIC_MESSAGES, Instant.EPOCH, null))
            .toList();

    @Test
    void pagesForwardHaveEachModelOnce() {
        assertThat(ids(ModelPage.after(all, 2, Optional.empty()))).isEqualTo("[a, b] and more");
        assertThat(ids(ModelPage.after(all, 2, Optional.of("b")))).isEqualTo("[c, d] and more");
        assertThat(ids(ModelPage.after(all, 2, Optional.of("d")))).isEqualTo("[e]");
        assertThat(ids(ModelPage.after(all, 2, Optional.of("c")))).isEqualTo("[d, e]");
        assertThat(ids(ModelPage.after(all, 2, Optional.of("e")))).isEqualTo("[]");
        assertThat(ids(ModelPage.after(List.of(), 2, Optional.empty()))).isEqualTo("[]");
        assertThat(ids(ModelPage.after(all, Integer.MAX_VALUE, Optional.of("a"))))
                .isEqualTo("[b, c, d, e]");
    }

    @Test
    void pagesBackwardEndBeforeTheModelThatIsNamed() {
        assertThat(ids(ModelPage.before(all, 2, "e"))).isEqualTo("[c, d] and more");
        assertThat(ids(ModelPage.before(all, 2, "c"))).isEqualTo("[a, b]");
        assertThat(ids(ModelPage.before(all, 2, "b"))).isEqualTo("[a]");
        assertThat(ids(ModelPage.before(all, 2, "a"))).isEqualTo("[]");
        assertThat(ids(ModelPage.before(all, Integer.MAX_VALUE, "e"))).isEqualTo("[a, b, c, d]");
    }

    @Test
    void pagesOfAnUnknownModelAreNotFound() {
        assertThat(ModelPage.after(all, 2, Optional.of("z"))).isEmpty();
        assertThat(ModelPage.before(all, 2, "z")).isEmpty();
    }

    private static String ids(Optional<ModelPage> page) {
        return page.orElseThrow().models().stream().map(ListedModel::id).toList()
                + (page.get().hasMore() ? " and more" : "");
    }
}
