package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeyStatus;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.crypto.tink.prf.PredefinedPrfParameters;
import com.google.crypto.tink.prf.PrfConfig;
import com.google.crypto.tink.prf.PrfSet;
import io.agyn.settings.StartException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The keys that credentials are encrypted and fingerprinted with, one Tink keyset for each. The two are apart, so that
 * whoever is given fingerprints to compute cannot decrypt, and so that the encryption keys can be added and retired by
 * their ids while the one key of the fingerprints stays: a rotation changes no fingerprint. It never changes; what
 * changes it makes another.
 */
public final class Keyset {

    /** How many bytes a fingerprint has: enough that two values never share one, short enough to be shown. */
    public static final int FINGERPRINT_BYTES = 16;

    private static final String ENCRYPTION = "encryption";
    private static final String FINGERPRINT = "fingerprint";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KeysetHandle encryption;
    private final KeysetHandle fingerprints;
    private final Aead aead;
    private final PrfSet prf;
    private final List<KeyId> keys;

    private Keyset(KeysetHandle encryption, KeysetHandle fingerprints) throws GeneralSecurityException {
        this.encryption = encryption;
        this.fingerprints = fingerprints;
        this.aead = encryption.getPrimitive(RegistryConfiguration.get(), Aead.class);
        this.prf = fingerprints.getPrimitive(RegistryConfiguration.get(), PrfSet.class);
        this.keys = IntStream.range(0, encryption.size())
                .mapToObj(encryption::getAt)
                .filter(entry -> entry.getStatus() == KeyStatus.ENABLED)
                .map(entry -> new KeyId(entry.getId()))
                .toList();
    }

    /**
     * Makes new keys in a file that no passphrase locks.
     *
     * @param file where to put them, with mode 0600; its folder exists
     * @throws StartException when the file is there already, which is then left as it is, or cannot be written
     */
    public static void create(Path file) {
        new KeysetFile(file, Optional.empty()).create();
    }

    /**
     * Reads the keys from a file that no passphrase locks.
     *
     * @param file the file that {@link #create} has made
     * @return the keys
     * @throws StartException when the file is missing, cannot be read or is no keyset
     */
    public static Keyset load(Path file) {
        return new KeysetFile(file, Optional.empty()).read();
    }

    /** New keys, one of each kind. */
    static Keyset random() {
        try {
            register();
            return new Keyset(
                    KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM),
                    KeysetHandle.generateNew(PredefinedPrfParameters.HMAC_SHA256_PRF));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Keys cannot be generated", e);
        }
    }

    /** Reads what {@link #write} has written. */
    static Keyset parse(JsonNode json) throws GeneralSecurityException {
        register();
        return new Keyset(read(json, ENCRYPTION), read(json, FINGERPRINT));
    }

    /** The keys themselves, as JSON. */
    ObjectNode write() {
        try {
            ObjectNode json = JSON.createObjectNode();
            json.set(ENCRYPTION, write(encryption));
            json.set(FINGERPRINT, write(fingerprints));
            return json;
        } catch (GeneralSecurityException | JsonProcessingException e) {
            // Without the cause, whose message may quote a key.
            throw new IllegalStateException("Tink writes JSON of what it has read or made");
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
     * Gives the key that encrypts.
     *
     * @return its id
     */
    public KeyId primary() {
        return new KeyId(encryption.getPrimary().getId());
    }

    /**
     * Gives the keys that decrypt.
     *
     * @return their ids, in the order in which they were added
     */
    public List<KeyId> keys() {
        return keys;
    }

    /**
     * Says whether a key is among those that decrypt.
     *
     * @param key its id
     * @return whether it is
     */
    public boolean holds(KeyId key) {
        return keys.contains(requireNonNull(key, "key is null"));
    }

    /**
     * Says whether two keysets make the same fingerprints, as all do that were made from one by adding and retiring
     * keys.
     *
     * @param other another keyset
     * @return whether they do
     */
    public boolean isOfOneOriginWith(Keyset other) {
        return fingerprints.equalsKeyset(other.fingerprints);
    }

    /**
     * Adds a new key, the last of {@link #keys}. It decrypts; what encrypts stays the same.
     *
     * @return the keyset with it
     */
    public Keyset withNewKey() {
        return with(KeysetHandle.newBuilder(encryption)
                .addEntry(KeysetHandle.generateEntryFromParameters(PredefinedAeadParameters.AES256_GCM)
                        .withRandomId()));
    }

    /**
     * Makes a key the one that encrypts.
     *
     * @param key one of {@link #keys}
     * @return the keyset with it as its primary key
     */
    public Keyset withPrimary(KeyId key) {
        KeysetHandle.Builder builder = KeysetHandle.newBuilder(encryption);
        builder.getAt(position(key)).makePrimary();
        return with(builder);
    }

    /**
     * Removes a key. What it has encrypted cannot be decrypted any more.
     *
     * @param key one of {@link #keys}, not the primary
     * @return the keyset without it
     */
    public Keyset without(KeyId key) {
        return with(KeysetHandle.newBuilder(encryption).deleteAt(position(key)));
    }

    /**
     * Computes a keyed digest, by which equal values are seen to be equal without being shown.
     *
     * @param data the value
     * @return {@link #FINGERPRINT_BYTES} bytes, the same for the same value under all keysets of one origin
     */
    public byte[] fingerprint(byte[] data) {
        requireNonNull(data, "data is null");
        try {
            return prf.computePrimary(data, FINGERPRINT_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A fingerprint cannot be computed", e);
        }
    }

    /**
     * Encrypts what is stored again, under the primary key.
     *
     * @throws GeneralSecurityException where it cannot be decrypted
     */
    byte[] rewrap(byte[] ciphertext, byte[] place) throws GeneralSecurityException {
        byte[] plaintext = aead.decrypt(ciphertext, place);
        try {
            return aead.encrypt(plaintext, place);
        } finally {
            Arrays.fill(plaintext, (byte) 0);
        }
    }

    /** Names the keys, and shows none. */
    @Override
    public String toString() {
        return "keys " + keys + " (primary " + primary() + ")";
    }

    private Keyset with(KeysetHandle.Builder builder) {
        try {
            return new Keyset(builder.build(), fingerprints);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Tink builds what it was asked for", e);
        }
    }

    private int position(KeyId key) {
        return IntStream.range(0, encryption.size())
                .filter(i -> encryption.getAt(i).getId() == key.value())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the keyset holds no key " + key));
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
