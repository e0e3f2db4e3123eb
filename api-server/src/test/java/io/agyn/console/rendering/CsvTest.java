package io.agyn.console.rendering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
    @Test
    void cellsAreQuotedWhereRfc4180AsksForIt() {
        assertThat(new Csv(List.of("a", "b,c"))
                        .row("say \"hi\"", "two\nlines")
                        .row(1200L, null)
                        .row(12345678.25, true)
                        .toString())
                .isEqualTo("a,\"b,c\"\r\n\"say \"\"hi\"\"\",\"two\nlines\"\r\n1200,\r\n12345678.25,true\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\tx"})
    void namesAreNotFormulas(String name) {
        assertThat(new Csv(List.of("name")).row(name).toString()).isEqualTo("name\r\n'" + name + "\r\n");
    }

    @Test
    void negativeNumbersStayNumbers() {
        assertThat(new Csv(List.of("n")).row(-1).toString()).isEqualTo("n\r\n-1\r\n");
    }
}
