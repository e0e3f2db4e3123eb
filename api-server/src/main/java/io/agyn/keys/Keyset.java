package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.crypto.tink.prf.PredefinedPrfParameters;
import com.google.crypto.tink.prf.PrfConfig;
import com.google.crypto.tink.prf.PrfSet;
import io.agyn.settings.PrivateFile;
import io.agyn.settings.Settings;
import io.agyn.settings.StartException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/**
 * The keys that credentials are encrypted and fingerprinted with: a file of mode 0600 that holds one Tink keyset for
 * each, so that keys can be added and retired by their ids. The two are apart, so that whoever is given fingerprints
 * to compute cannot decrypt.
 */
public final class Keyset {

    /** How many bytes a fingerprint has: enough that two values never share one, short enough to be shown. */
    public static final int FINGERPRINT_BYTES = 16;

    private static final String ENCRYPTION = "encryption";
    private static final String FINGERPRINT = "fingerprint";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Aead aead;
    private final PrfSet prf;

    private Keyset(Aead aead, PrfSet prf) {
        this.aead = aead;
        this.prf = prf;
    }

    /**
     * Says where the keyset is.
     *
     * @param settings the server's settings
     * @return the file that is set, or else the one in the data folder
     */
    public static Path file(Settings settings) {
        return settings.keysetFile().orElseGet(() -> settings.dataDir().resolve("keyset.json"));
    }

    /**
     * Makes new keys.
     *
     * @param file where to put them, with mode 0600; its folder exists
     * @throws StartException when the file is there already, which is then left as it is, or cannot be written
     */
    public static void create(Path file) {
        requireNonNull(file, "file is null");
        try {
            register();
            ObjectNode keyset = JSON.createObjectNode();
            keyset.set(ENCRYPTION, write(KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM)));
            keyset.set(FINGERPRINT, write(KeysetHandle.generateNew(PredefinedPrfParameters.HMAC_SHA256_PRF)));
            String content = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(keyset) + "\n";
            PrivateFile.create(file, content.getBytes(StandardCharsets.UTF_8));
        } catch (FileAlreadyExistsException e) {
            throw new StartException(
                    "The file " + file + " is there already and is never overwritten: name another file.", e);
        } catch (IOException e) {
            throw new StartException(
                    "The keyset cannot be written to " + file + " (" + StartException.reason(e)
                            + "): name a file in a folder that exists and is writable.",
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Keys cannot be generated", e);
        }
    }

    /**
     * Reads the keys.
     *
     * @param file the file that {@link #create} has made
     * @return the keys
     * @throws StartException when the file is missing, cannot be read or is no keyset
     */
    public static Keyset load(Path file) {
        requireNonNull(file, "file is null");
        try {
            register();
            JsonNode keyset = JSON.readTree(Files.readAllBytes(file));
            return new Keyset(
                    read(keyset, ENCRYPTION).getPrimitive(RegistryConfiguration.get(), Aead.class),
                    read(keyset, FINGERPRINT).getPrimitive(RegistryConfiguration.get(), PrfSet.class));
        } catch (NoSuchFileException e) {
            throw new StartException(
                    "There is no keyset file " + file + ": put it back, or set AGYN_KEYSET_FILE to where it is.", e);
        } catch (JsonProcessingException | GeneralSecurityException e) {
            // Without the cause, whose message may quote the file.
            throw new StartException("The file " + file + " is not a keyset that this server can read: put back the one"
                    + " that \"keyset create\" has made.");
        } catch (IOException e) {
            throw new StartException(
                    "The keyset file " + file + " cannot be read (" + StartException.reason(e)
                            + "): make it readable for this user.",
                    e);
        }
    }

    /**
     * Gives what encrypts with the primary key and decrypts with any that the keyset holds.
     *
     * @return the cipher; safe for concurrent use
     */
    public Aead aead() {
        return aead;
    }

    /**
     * Computes a keyed digest, by which equal values are seen to be equal without being shown.
     *
     * @param data the value
     * @return {@link #FINGERPRINT_BYTES} bytes, the same for the same value under the same keyset
     */
    public byte[] fingerprint(byte[] data) {
        requireNonNull(data, "data is null");
        try {
            return prf.computePrimary(data, FINGERPRINT_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A fingerprint cannot be computed", e);
        }
    }

    private static void register() throws GeneralSecurityException {
        AeadConfig.register();
        PrfConfig.register();
    }

    private static JsonNode write(KeysetHandle handle) throws GeneralSecurityException, JsonProcessingException {
        return JSON.readTree(TinkJsonProtoKeysetFormat.serializeKeyset(handle, InsecureSecretKeyAccess.get()));
    }

    private static KeysetHandle read(JsonNode keyset, String part) throws GeneralSecurityException {
        if (keyset == null || !keyset.path(part).isObject()) {
            throw new GeneralSecurityException("no " + part + " keyset");
        }
        return TinkJsonProtoKeysetFormat.parseKeyset(keyset.get(part).toString(), InsecureSecretKeyAccess.get());
    }
}
