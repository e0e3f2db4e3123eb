package io.agyn.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class PathTemplateTest {
    private static final PathTemplate CANCEL = new PathTemplate("/responses/{id}/cancel");
    private static final PathTemplate ITEM = new PathTemplate("/conversations/{id}/items/{item}");

    @Test
    void idIsTheSegmentAsSent() {
        for (String id : List.of("resp_1", "a.b~c=d:e@f-g", "...", "x".repeat(512))) {
            assertThat(CANCEL.id("/responses/" + id + "/cancel")).contains(id);
        }
        assertThat(ITEM.id("/conversations/conv_1/items/msg_2")).contains("conv_1");
    }

    @Test
    void otherSpellingsDoNotMatch() {
        for (String id : List.of("", ".", "..", "a%2Fb", "a b", "é", "a;b", "x".repeat(513), "a/b")) {
            assertThat(CANCEL.id("/responses/" + id + "/cancel")).as(id).isEmpty();
        }
        assertThat(CANCEL.id("/responses/resp_1/cancel/")).isEmpty();
        assertThat(CANCEL.id("/responses/resp_1")).isEmpty();
        assertThat(ITEM.id("/conversations/conv_1/items/..")).isEmpty();
    }
}
