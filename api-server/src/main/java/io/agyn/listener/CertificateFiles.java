package io.agyn.listener;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.OperatorException;
import io.agyn.settings.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.runtime.KeyStoreAndKeyCertOptions;
import io.quarkus.tls.runtime.KeyStoreProvider;
import io.smallrye.common.annotation.Identifier;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Gives the listener its certificate, and reads the files again every {@value #PERIOD_SECONDS} seconds: who connects after they
 * were replaced is shown the new one. While they do not fit, that of before stays in force.
 */
@Singleton
@Identifier(CertificateFiles.NAME)
public final class CertificateFiles implements KeyStoreProvider {
    /** What Quarkus knows the listener's certificate by. */
    public static final String NAME = "listener";

    /** How often the files are read. */
    public static final int PERIOD_SECONDS = 10;

    private static final Logger LOG = Logger.getLogger(CertificateFiles.class);

    private final Optional<ServerCertificate> files;
    private volatile KeyStoreAndKeyCertOptions inForce;
    private boolean fits = true;

    CertificateFiles(Settings settings) {
        files = ServerCertificate.of(
                requireNonNull(settings, "settings is null").http());
    }

    /** The certificate to show from now on; null where the server speaks HTTP without TLS. */
    @Override
    public synchronized KeyStoreAndKeyCertOptions getKeyStore(Vertx vertx) {
        files.ifPresent(this::read);
        return inForce;
    }

    void measure(@Observes StartupEvent event, MeterRegistry registry) {
        TimeGauge.builder("agyn.certificate.remaining", this, TimeUnit.SECONDS, CertificateFiles::remaining)
                .description("Until the server's TLS certificate expires; NaN without TLS")
                .register(registry);
    }

    private double remaining() {
        KeyStoreAndKeyCertOptions shown = inForce;
        if (shown == null) {
            return Double.NaN;
        }
        try {
            KeyStore store = shown.keyStore;
            X509Certificate certificate =
                    (X509Certificate) store.getCertificate(store.aliases().nextElement());
            return Duration.between(Instant.now(), certificate.getNotAfter().toInstant())
                    .toSeconds();
        } catch (KeyStoreException e) {
            throw new IllegalStateException("a key store is loaded once it is read", e);
        }
    }

    private void read(ServerCertificate certificate) {
        try {
            inForce = certificate.read();
            fits = true;
        } catch (OperatorException e) {
            if (inForce == null) {
                throw e;
            }
            if (fits) {
                LOG.errorf("The certificate of before stays in force: %s", e.getMessage());
            }
            fits = false;
        }
    }
}
