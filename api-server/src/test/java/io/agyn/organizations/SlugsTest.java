package io.agyn.organizations;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlugsTest {
    @ParameterizedTest
    @CsvSource({"Acme GmbH, acme-gmbh", "Müller & Söhne, muller-sohne", "--a--, a", "東京, organization", "42, 42"})
    void slugIsADnsLabelOfTheName(String name, String slug) {
        assertThat(Slugs.from(name)).isEqualTo(slug);
    }

    @Test
    void longNameIsCutToADnsLabelEvenWithANumber() {
        String slug = Slugs.from("a".repeat(62) + " b".repeat(30));
        assertThat(slug).hasSizeLessThanOrEqualTo(63).matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?");
        assertThat(Slugs.numbered(slug, 12)).hasSizeLessThanOrEqualTo(63).endsWith("-12");
    }
}
