package io.agyn.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.api.model.SecretFailure;
import io.agyn.vault.VaultException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class SecretFailureTest {
    @Test
    void contractHasEveryFailureOfVault() {
        assertThat(Stream.of(SecretFailure.values()).map(SecretFailure::toString))
                .containsExactlyInAnyOrderElementsOf(Stream.of(VaultException.Kind.values())
                        .map(VaultException.Kind::code)
                        .toList());
    }
}
