package io.agyn.scripted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptTest {

    @Test
    void directivesCombine() {
        Script script = Script.parse(" stall=within ; for=2s;break=3;events=20; every=100ms;gzip;unknown;");

        assertThat(script.stall()).isEqualTo(Script.Stall.WITHIN);
        assertThat(script.stallFor()).contains(Duration.ofSeconds(2));
        assertThat(script.breakAfter()).hasValue(3);
        assertThat(script.events()).hasValue(20);
        assertThat(script.every()).isEqualTo(Duration.ofMillis(100));
        assertThat(script.gzip()).isTrue();
        assertThat(script.unknown()).isTrue();
        assertThat(script.endless()).isFalse();
    }

    @Test
    void redirectMayHaveAQuery() {
        assertThat(Script.parse("redirect=http://there/?a=b").redirect()).contains(URI.create("http://there/?a=b"));
    }

    @ParameterizedTest
    @CsvSource({
        "stall=later, stall=later",
        "stall, stall",
        "for=2s, for",
        "status=418, status=418",
        "break=x, break=x",
        "break=-1, break=-1",
        "every=2, every=2",
        "gzip=yes, gzip=yes",
        "text=99999999999, text=99999999999",
        "events=0, events=0",
        "redirect=, redirect=",
        "arguments=x, arguments=x",
        "gzip;zip, zip",
        "status=429;redirect=http://a, redirect"
    })
    void invalidDirectiveIsReported(String script, String directive) {
        assertThatThrownBy(() -> Script.parse(script))
                .isInstanceOf(ScriptException.class)
                .hasMessageStartingWith("Script directive '" + directive + "': ");
    }
}
