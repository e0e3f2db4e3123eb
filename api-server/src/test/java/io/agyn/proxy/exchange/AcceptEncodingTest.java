package io.agyn.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class AcceptEncodingTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "gzip | gzip",
                "GZIP;Q=0.5 | gzip;q=0.5",
                "x-gzip | gzip",
                "gzip, deflate, br, zstd | gzip",
                "zstd,gzip | gzip",
                "gzip;q=1.0, identity;q=0.5, *;q=0 | gzip;q=1.0, identity;q=0.5",
                "gzip;q=0 | identity",
                "gzip;q=0.000, br | identity",
                "identity | identity",
                "identity;q=0.5 | identity",
                "br | identity",
                "'' | identity",
                "br, identity;q=0 | identity",
                "*;q=0 | identity",
                "* | gzip, identity",
                "br;q=1, *;q=0.1 | gzip;q=0.1, identity;q=0.1",
                "gzip, *;q=0 | gzip, identity;q=0",
                "gzip, identity;q=0 | gzip, identity;q=0",
                "gzip;x=1;q=0.2 | gzip;q=0.2",
                "gzip;q=abc | gzip",
                ",, gzip ,; | gzip",
                "gzipped, br | identity"
            })
    void onlyReadableEncodingsAreLeftWithTheirWeights(String accepted, String passed) {
        assertThat(AcceptEncoding.reduce(List.of(accepted))).isEqualTo(passed);
    }

    @Test
    void severalFieldsAreOneList() {
        assertThat(AcceptEncoding.reduce(List.of("br", "gzip;q=0.3, zstd", "identity")))
                .isEqualTo("gzip;q=0.3, identity");
    }
}
