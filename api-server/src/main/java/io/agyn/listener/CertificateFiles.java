package io.agyn.listener;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.OperatorException;
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
import org.jspecify.annotations.Nullable;

/**
 * Provides the listener's certificate, and reloads the files every {@value #PERIOD_SECONDS} seconds, for new
 * connections. If the files are invalid, the previous certificate stays in use.
 */
@Singleton
@Identifier(CertificateFiles.NAME)
public final class CertificateFiles implements KeyStoreProvider {
    /** Quarkus's name for the listener's certificate. */
    public static final String NAME = "listener";

    public static final int PERIOD_SECONDS = 10;

    private static final Logger LOG = Logger.getLogger(CertificateFiles.class);

    private final Optional<ServerCertificate> files;
    private volatile @Nullable KeyStoreAndKeyCertOptions current;
    private boolean isValid = true;

    CertificateFiles(Settings settings) {
        files = ServerCertificate.of(
                requireNonNull(settings, "settings is null").http());
    }

    /** Returns the current certificate; null without TLS. */
    @Override
    public synchronized @Nullable KeyStoreAndKeyCertOptions getKeyStore(Vertx vertx) {
        files.ifPresent(this::read);
        return current;
    }

    void measure(@Observes StartupEvent event, MeterRegistry registry) {
        TimeGauge.builder("agyn.certificate.remaining", this, TimeUnit.SECONDS, CertificateFiles::remaining)
                .description("Until the server's TLS certificate expires; NaN without TLS")
                .register(registry);
    }

    private double remaining() {
        KeyStoreAndKeyCertOptions shown = current;
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
            current = certificate.read();
            isValid = true;
        } catch (OperatorException e) {
            if (current == null) {
                throw e;
            }
            if (isValid) {
                LOG.errorf("The previous certificate stays active: %s", e.getMessage());
            }
            isValid = false;
        }
    }
}
