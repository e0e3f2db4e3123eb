package io.agyn.proxy.egress;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.OperatorException;
import io.vertx.core.Vertx;
import io.vertx.core.net.TrustOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The certificates of {@code AGYN_EXTRA_CA_FILE}, which are trusted in addition to the JDK's. */
public final class ExtraCertificates {
    private final List<Certificate> certificates;

    private ExtraCertificates(Collection<? extends Certificate> certificates) {
        this.certificates = List.copyOf(certificates);
    }

    /**
     * Reads the certificates.
     *
     * @param file a PEM file
     * @return the certificates, at least one
     * @throws OperatorException if the file cannot be read or has no certificates
     */
    public static ExtraCertificates read(Path file) {
        requireNonNull(file, "file is null");
        try {
            Collection<? extends Certificate> found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
            if (found.isEmpty()) {
                throw new CertificateException("no certificates");
            }
            return new ExtraCertificates(found);
        } catch (IOException e) {
            throw new OperatorException(
                    "AGYN_EXTRA_CA_FILE is " + file + ", which cannot be read (" + OperatorException.reason(e)
                            + "): correct it, or remove it to trust only the JDK's certificates.",
                    e);
        } catch (CertificateException e) {
            throw new OperatorException(
                    "AGYN_EXTRA_CA_FILE is " + file + ", which is not a PEM file of certificates and nothing else:"
                            + " correct it, or remove it to trust only the JDK's certificates.",
                    e);
        }
    }

    /**
     * Returns trust options with both. The JDK's certificates are loaded at the first connection, on a thread that
     * may block.
     */
    TrustOptions withJdkCertificates() {
        return new Trust();
    }

    private final class Trust implements TrustOptions {
        @Override
        public TrustOptions copy() {
            return this;
        }

        @Override
        public TrustManagerFactory getTrustManagerFactory(Vertx vertx) throws GeneralSecurityException, IOException {
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            int count = 0;
            for (Certificate certificate : certificates) {
                all.setCertificateEntry("extra-" + count++, certificate);
            }
            for (X509Certificate certificate : jdkCertificates()) {
                all.setCertificateEntry("jdk-" + count++, certificate);
            }
            return factory(all);
        }

        // Vert.x accepts null, and uses the factory then, but its type is not @Nullable.
        @Override
        @SuppressWarnings("NullAway")
        public Function<String, TrustManager[]> trustManagerMapper(Vertx vertx) {
            return serverName -> null;
        }

        private static List<X509Certificate> jdkCertificates() throws GeneralSecurityException {
            return Stream.of(factory(null).getTrustManagers())
                    .filter(X509TrustManager.class::isInstance)
                    .flatMap(manager -> Stream.of(((X509TrustManager) manager).getAcceptedIssuers()))
                    .toList();
        }

        private static TrustManagerFactory factory(@Nullable KeyStore trusted) throws GeneralSecurityException {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            return factory;
        }
    }
}
