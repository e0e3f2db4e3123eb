package io.agyn.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class PlaintextTest {
    @RepeatedTest(100)
    void newTokenIsParsed() {
        Plaintext token = Plaintext.random();
        assertThat(Plaintext.parse(token.reveal())).map(Plaintext::reveal).contains(token.reveal());
    }

    @RepeatedTest(20)
    void everySingleMistypedCharacterIsDetected() {
        String token = Plaintext.random().reveal();
        for (int i = "agyn_".length(); i < token.length(); i++) {
            char other = token.charAt(i) == 'x' ? 'y' : 'x';
            assertThat(Plaintext.parse(token.substring(0, i) + other + token.substring(i + 1)))
                    .as("%s with another character at %d", token, i)
                    .isEmpty();
        }
    }

    @Test
    void tokenIsNotInItsStringForm() {
        Plaintext token = Plaintext.random();
        assertThat(token.toString()).hasSizeLessThan(15);
    }
}
