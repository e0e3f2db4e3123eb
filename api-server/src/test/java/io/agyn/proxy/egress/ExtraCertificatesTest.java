package io.agyn.proxy.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.operator.OperatorException;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtraCertificatesTest {
    @TempDir
    Path folder;

    @Test
    void areTrustedBesideThoseOfTheJdk() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            Path file = TlsServer.start(vertx, folder, "models.test").certificate();
            // As in a company's file of several authorities, with comments.
            Files.writeString(file, "# Ours\n" + Files.readString(file) + "\n# Again\n" + Files.readString(file));
            TrustManagerFactory all =
                    ExtraCertificates.read(file).withJdkCertificates().getTrustManagerFactory(vertx);
            assertThat(trustedBy(all)).isEqualTo(trustedBy(ofTheJdk()) + 1);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "\0\1"})
    void fileWithoutCertificatesEndsTheStart(String content) throws Exception {
        Path file = Files.writeString(folder.resolve("ca.pem"), content);
        assertThatThrownBy(() -> ExtraCertificates.read(file))
                .isInstanceOf(OperatorException.class)
                .hasMessage(
                        "AGYN_EXTRA_CA_FILE is " + file + ", which is not a PEM file of certificates and nothing else:"
                                + " correct it, or remove it to trust only the JDK's certificates.");
    }

    @Test
    void missingFileEndsTheStart() {
        Path file = folder.resolve("none.pem");
        assertThatThrownBy(() -> ExtraCertificates.read(file))
                .isInstanceOf(OperatorException.class)
                .hasMessage(
                        "AGYN_EXTRA_CA_FILE is %s, which cannot be read (%s does not exist):"
                                + " correct it, or remove it to trust only the JDK's certificates.",
                        file, file);
    }

    private static TrustManagerFactory ofTheJdk() throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return factory;
    }

    private static int trustedBy(TrustManagerFactory factory) {
        return ((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers().length;
    }
}
