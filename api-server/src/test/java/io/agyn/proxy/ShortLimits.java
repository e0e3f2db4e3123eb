package io.agyn.proxy;

import io.agyn.proxy.egress.OwnCertificate;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A server with short time-outs, low limits, and trust in one self-signed certificate and in proxies on this machine. */
public final class ShortLimits implements QuarkusTestProfile {
    /** The most bytes of a body. */
    static final int BODY = 256 << 10;

    /** The most calls at once to a provider. */
    static final int CALLS = 3;

    /** The most calls at once with one API token. */
    static final int CALLS_OF_TOKEN = 8;

    /** The most calls at once of one organization. */
    static final int CALLS_OF_ORGANIZATION = 10;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.ofEntries(
                Map.entry("agyn.proxy.calls-per-token", Integer.toString(CALLS_OF_TOKEN)),
                Map.entry("agyn.proxy.calls-per-organization", Integer.toString(CALLS_OF_ORGANIZATION)),
                Map.entry("agyn.proxy.model-timeout", "4s"),
                Map.entry("agyn.proxy.connect-timeout", "1s"),
                Map.entry("agyn.proxy.first-byte-timeout", "2s"),
                Map.entry("agyn.proxy.idle-timeout", "2s"),
                Map.entry("agyn.proxy.queue-timeout", "1s"),
                Map.entry("agyn.proxy.calls-per-provider", Integer.toString(CALLS)),
                Map.entry("agyn.proxy.body-limit", Integer.toString(BODY)),
                Map.entry("agyn.body-memory", "16M"),
                Map.entry("agyn.http.trusted-proxies", "127.0.0.1"),
                Map.entry("agyn.extra-ca-file", trusted().certificate().toString()));
    }

    /** The certificate that is trusted, for {@code localhost}. */
    static synchronized OwnCertificate trusted() {
        // Different class loaders of one process load profiles and tests.
        Path folder = Path.of(
                System.getProperty("java.io.tmpdir"),
                "agyn-test-tls-" + ProcessHandle.current().pid());
        OwnCertificate certificate = new OwnCertificate(folder.resolve("certificate.pem"), folder.resolve("key.pem"));
        if (Files.exists(certificate.key())) {
            return certificate;
        }
        try {
            Files.createDirectories(folder);
            return OwnCertificate.create(folder, "localhost");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
