package io.agyn.listener;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.OperatorException;
import io.agyn.settings.Settings;
import io.quarkus.tls.runtime.KeyStoreAndKeyCertOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.Optional;
import javax.net.ssl.X509KeyManager;

/**
 * The server's TLS certificate and its private key, as PEM files (RFC 7468).
 *
 * @param certificate the certificate chain, the server's certificate first
 * @param key the private key, not encrypted: PKCS #8, or the RSA or EC format
 */
public record ServerCertificate(Path certificate, Path key) {
    private static final String CERTIFICATE_SETTING = "AGYN_HTTP_TLS_CERTIFICATE_FILE";
    private static final String KEY_SETTING = "AGYN_HTTP_TLS_KEY_FILE";

    public ServerCertificate {
        requireNonNull(certificate, "certificate is null");
        requireNonNull(key, "key is null");
    }

    /**
     * Returns the configured files; empty without TLS.
     *
     * @throws OperatorException if only one of the two is set
     */
    public static Optional<ServerCertificate> of(Settings.Http settings) {
        Optional<Path> certificate = settings.tlsCertificateFile();
        Optional<Path> key = settings.tlsKeyFile();
        if (certificate.isPresent() != key.isPresent()) {
            throw new OperatorException(CERTIFICATE_SETTING + " and " + KEY_SETTING
                    + " go together: set both for TLS, or neither for plain HTTP.");
        }
        return certificate.map(file -> new ServerCertificate(file, key.orElseThrow()));
    }

    /**
     * Reads both files.
     *
     * @throws OperatorException if a file is unreadable or invalid, or the key does not belong to the certificate
     */
    public KeyStoreAndKeyCertOptions read() {
        Buffer chain = bytes(CERTIFICATE_SETTING, certificate);
        Buffer secret = bytes(KEY_SETTING, key);
        PemKeyCertOptions options = new PemKeyCertOptions().setCertValue(chain).setKeyValue(secret);
        try {
            // Loads the key store without Vert.x, which is only needed to read files.
            KeyStore store = options.loadKeyStore(null);
            String alias = store.aliases().nextElement();
            X509KeyManager manager =
                    (X509KeyManager) options.getKeyManagerFactory(null).getKeyManagers()[0];
            if (!isPair(store.getCertificate(alias), manager.getPrivateKey(alias))) {
                throw new InvalidKeyException("not the certificate's");
            }
            return new KeyStoreAndKeyCertOptions(store, options);
        } catch (Exception e) {
            // Vert.x declares only Exception. Its message is dropped, since it may quote the key.
            throw new OperatorException(
                    CERTIFICATE_SETTING + " is " + certificate + " and " + KEY_SETTING + " is " + key
                            + ", which are not a PEM file of certificates and one of the private key of the first of"
                            + " them, not encrypted: correct them, or remove both for plain HTTP.");
        }
    }

    private static Buffer bytes(String setting, Path file) {
        try {
            return Buffer.buffer(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new OperatorException(
                    setting + " is " + file + ", which cannot be read (" + OperatorException.reason(e)
                            + "): correct it, or remove both settings for plain HTTP.",
                    e);
        }
    }

    /** Whether the certificate's key verifies a signature of the private key. */
    private static boolean isPair(Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        Signature signature =
                Signature.getInstance(key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
        signature.initSign(key);
        byte[] signed = signature.sign();
        signature.initVerify(certificate);
        return signature.verify(signed);
    }
}
