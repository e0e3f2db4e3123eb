package io.agyn.headers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderSyntaxTest {
    @ParameterizedTest
    @ValueSource(strings = {"sk-1", "sk-1\n", "sk-1\r\n", "sk-1\r", " sk-1", "\tsk-1 \n"})
    void whitespaceAroundACredentialIsDropped(String stored) {
        assertThat(HeaderSyntax.credential(stored)).contains("sk-1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                " ",
                "sk\n1",
                "sk\r\n 1",
                "sk-1\n\n",
                "\nsk-1",
                "sk\u00001",
                "sk-1\u0001",
                "sk-1\u007f",
                "schl\u00fcssel",
                "sk-1\u2026",
                "sk-1\ud83d\udd11"
            })
    void credentialThatIsNoValidHeaderValueIsRejected(String stored) {
        assertThat(HeaderSyntax.credential(stored)).isEmpty();
    }

    @Test
    void spacesAndTabsWithinACredentialStay() {
        assertThat(HeaderSyntax.credential("Basic a\tb ~")).contains("Basic a\tb ~");
    }

    @Test
    void receivedValuesMayHoldLatin1ButNoControlCharacters() {
        assertThat(List.of("", "a b\tc", "caf\u00e9", "\u0080\u00ff")).allMatch(HeaderSyntax::isValue);
        assertThat(List.of("a\nb", "a\r\n b", "\0", "\u007f", "\u001b[0m", "\u2026"))
                .noneMatch(HeaderSyntax::isValue);
    }

    @Test
    void namesAreTokens() {
        assertThat(List.of("a", "X-Api-Key", "!#$%&'*+-.^_`|~09")).allMatch(HeaderSyntax::isName);
        assertThat(List.of("", "a b", "a:", "a\n", "\u00e9", "(a)", "a/b")).noneMatch(HeaderSyntax::isName);
    }

    @Test
    void nameSetMatchesNamesAndPrefixesInAnyCase() {
        HeaderNames names = HeaderNames.of(List.of("Via", "x-internal-*", "CF-*"));
        assertThat(List.of("via", "VIA", "x-internal-", "X-Internal-User", "cf-ray", "Cf-Ray"))
                .allMatch(names::contains);
        assertThat(List.of(
                        "", "vi", "viaa", "x-internal", "x-inter", "c", "\u00e9", "x-very-long-name-that-no-set-holds"))
                .noneMatch(names::contains);
    }

    @Test
    void entryIsANameOrAPrefix() {
        assertThat(List.of("via", "x-internal-*")).allMatch(HeaderNames::isEntry);
        assertThat(List.of("", "*", "a b", "x-*-y:")).noneMatch(HeaderNames::isEntry);
    }
}
