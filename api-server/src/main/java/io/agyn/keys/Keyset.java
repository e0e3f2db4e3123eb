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
import com.google.crypto.tink.Parameters;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.crypto.tink.prf.PredefinedPrfParameters;
import com.google.crypto.tink.prf.PrfConfig;
import com.google.crypto.tink.prf.PrfSet;
import io.agyn.operator.OperatorException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys that encrypt and fingerprint credentials and chain the audit log: a Tink keyset for each
 * {@link KeyPurpose}, so that each can be rotated separately. Key ids are unique across all of them. Immutable.
 */
public final class Keyset {

    /** The length of fingerprints and hashes in bytes: long enough to avoid collisions, and short enough to display. */
    public static final int FINGERPRINT_BYTES = 16;

    // In keysets of earlier releases, the fingerprint key chained the audit log too. As an audit key, it gets a
    // separate id, the same on all servers. The constant is "audi".
    private static final int ID_IN_AUDIT = 0x61756469;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Map<KeyPurpose, KeysetHandle> handles;
    private final Aead aead;
    private final PrfSet fingerprints;
    private final PrfSet audit;
    private final Map<KeyPurpose, List<KeyId>> keys = new EnumMap<>(KeyPurpose.class);

    private Keyset(Map<KeyPurpose, KeysetHandle> handles) throws GeneralSecurityException {
        this.handles = handles;
        this.aead = handle(handles, KeyPurpose.ENCRYPTION).getPrimitive(RegistryConfiguration.get(), Aead.class);
        this.fingerprints =
                handle(handles, KeyPurpose.FINGERPRINT).getPrimitive(RegistryConfiguration.get(), PrfSet.class);
        this.audit = handle(handles, KeyPurpose.AUDIT).getPrimitive(RegistryConfiguration.get(), PrfSet.class);
        handles.forEach((purpose, handle) -> keys.put(
                purpose,
                IntStream.range(0, handle.size())
                        .mapToObj(handle::getAt)
                        .filter(entry -> entry.getStatus() == KeyStatus.ENABLED)
                        .map(entry -> new KeyId(entry.getId()))
                        .toList()));
    }

    /**
     * Creates new keys in a file without a passphrase.
     *
     * @param file the new file, with mode 0600; its folder must exist
     * @throws OperatorException if the file exists (it is unchanged) or cannot be written
     */
    public static void create(Path file) {
        new KeysetFile(file, Optional.empty()).create();
    }

    /**
     * Reads the keys from a file without a passphrase.
     *
     * @param file a file that {@link #create} has written
     * @throws OperatorException if the file is missing, unreadable or not a keyset
     */
    public static Keyset load(Path file) {
        return new KeysetFile(file, Optional.empty()).read();
    }

    /** Creates new keys, one for each purpose. */
    public static Keyset random() {
        try {
            register();
            Map<KeyPurpose, KeysetHandle> handles = new EnumMap<>(KeyPurpose.class);
            for (KeyPurpose purpose : KeyPurpose.values()) {
                handles.put(purpose, KeysetHandle.generateNew(parameters(purpose), RegistryConfiguration.get()));
            }
            return new Keyset(handles);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Keys cannot be generated", e);
        }
    }

    /** Parses the output of {@link #write}, also of earlier releases, which had no audit keys. */
    static Keyset parse(JsonNode json) throws GeneralSecurityException {
        register();
        Map<KeyPurpose, KeysetHandle> handles = new EnumMap<>(KeyPurpose.class);
        handles.put(KeyPurpose.ENCRYPTION, read(json, KeyPurpose.ENCRYPTION));
        handles.put(KeyPurpose.FINGERPRINT, read(json, KeyPurpose.FINGERPRINT));
        handles.put(
                KeyPurpose.AUDIT,
                json.has(KeyPurpose.AUDIT.toString())
                        ? read(json, KeyPurpose.AUDIT)
                        : auditKeyOf(handles.get(KeyPurpose.FINGERPRINT)));
        return new Keyset(handles);
    }

    private static KeysetHandle auditKeyOf(KeysetHandle fingerprints) throws GeneralSecurityException {
        KeysetHandle.Entry key = fingerprints.getPrimary();
        return KeysetHandle.newBuilder()
                .addEntry(KeysetHandle.importKey(key.getKey())
                        .withFixedId(key.getId() ^ ID_IN_AUDIT)
                        .makePrimary())
                .build();
    }

    /** Serializes the keys as JSON, unencrypted. */
    ObjectNode write() {
        try {
            ObjectNode json = JSON.createObjectNode();
            for (Map.Entry<KeyPurpose, KeysetHandle> part : handles.entrySet()) {
                json.set(
                        part.getKey().toString(),
                        JSON.readTree(TinkJsonProtoKeysetFormat.serializeKeyset(
                                part.getValue(), RegistryConfiguration.get(), InsecureSecretKeyAccess.get())));
            }
            return json;
        } catch (GeneralSecurityException | JsonProcessingException e) {
            // Without the cause, whose message may quote a key.
            throw new IllegalStateException("Tink cannot write a keyset as JSON");
        }
    }

    /** Encrypts with the primary encryption key and decrypts with any; thread-safe. */
    public Aead aead() {
        return aead;
    }

    public KeyId primary() {
        return primary(KeyPurpose.ENCRYPTION);
    }

    /** The id of the key for new values. */
    public KeyId primary(KeyPurpose purpose) {
        return new KeyId(handle(handles, purpose).getPrimary().getId());
    }

    /** The ids of the encryption keys, oldest first. */
    public List<KeyId> keys() {
        return keys(KeyPurpose.ENCRYPTION);
    }

    /** The ids of the keys of a purpose, oldest first. */
    public List<KeyId> keys(KeyPurpose purpose) {
        return requireNonNull(keys.get(purpose), "no keys of this purpose");
    }

    /** The purpose of a key; empty if it is not in the keyset. */
    public Optional<KeyPurpose> purposeOf(KeyId key) {
        requireNonNull(key, "key is null");
        return keys.entrySet().stream()
                .filter(entry -> entry.getValue().contains(key))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    public boolean contains(KeyId key) {
        return purposeOf(key).isPresent();
    }

    /** Returns the newer of two keys of a purpose. */
    public KeyId later(KeyPurpose purpose, KeyId one, KeyId other) {
        return keys(purpose).indexOf(one) > keys(purpose).indexOf(other) ? one : other;
    }

    /**
     * Returns the purposes whose primary key is missing in another keyset. If only commands change the file, primary
     * keys stay in it until all servers use others.
     */
    public List<KeyPurpose> primariesMissingIn(Keyset other) {
        return Stream.of(KeyPurpose.values())
                .filter(purpose -> {
                    KeysetHandle otherHandle = handle(other.handles, purpose);
                    KeysetHandle.Entry primary = handle(handles, purpose).getPrimary();
                    return IntStream.range(0, otherHandle.size())
                            .mapToObj(otherHandle::getAt)
                            .noneMatch(entry -> entry.getId() == primary.getId()
                                    && entry.getKey().equalsKey(primary.getKey()));
                })
                .toList();
    }

    /** Returns the keyset with a new encryption key, see {@link #withNewKey(KeyPurpose)}. */
    public Keyset withNewKey() {
        return withNewKey(KeyPurpose.ENCRYPTION);
    }

    /** Returns the keyset with a new key, the last of {@link #keys}. The primary key stays the same. */
    public Keyset withNewKey(KeyPurpose purpose) {
        int id;
        do {
            id = RANDOM.nextInt();
        } while (id == 0 || contains(new KeyId(id)));
        return with(
                purpose,
                KeysetHandle.newBuilder(handles.get(purpose))
                        .addEntry(KeysetHandle.generateEntryFromParameters(parameters(purpose))
                                .withFixedId(id)));
    }

    /** Returns the keyset with one of its keys as the primary one of its purpose. */
    public Keyset withPrimary(KeyId key) {
        KeyPurpose purpose = requirePurpose(key);
        KeysetHandle.Builder builder = KeysetHandle.newBuilder(handles.get(purpose));
        builder.getAt(position(purpose, key)).makePrimary();
        return with(purpose, builder);
    }

    /** Returns the keyset without one of its keys, which must not be primary. Data under the key is lost. */
    public Keyset without(KeyId key) {
        KeyPurpose purpose = requirePurpose(key);
        return with(purpose, KeysetHandle.newBuilder(handles.get(purpose)).deleteAt(position(purpose, key)));
    }

    /**
     * Computes a keyed hash (HMAC-SHA-256) with the primary fingerprint key.
     *
     * @return {@link #FINGERPRINT_BYTES} bytes
     */
    public byte[] fingerprint(byte[] data) {
        return fingerprint(primary(KeyPurpose.FINGERPRINT), data);
    }

    /** Computes a keyed hash with a fingerprint key of the keyset, see {@link #fingerprint(byte[])}. */
    public byte[] fingerprint(KeyId key, byte[] data) {
        return compute(fingerprints, key, data);
    }

    /** Computes a keyed hash with an audit key of the keyset, see {@link #fingerprint(byte[])}. */
    public byte[] auditHash(KeyId key, byte[] data) {
        return compute(audit, key, data);
    }

    private static byte[] compute(PrfSet keys, KeyId key, byte[] data) {
        requireNonNull(data, "data is null");
        try {
            return requireNonNull(keys.getPrfs().get(key.value()), "the key is not in the keyset")
                    .compute(data, FINGERPRINT_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A keyed hash cannot be computed", e);
        }
    }

    /**
     * Re-encrypts a ciphertext with the primary key.
     *
     * @throws GeneralSecurityException if it cannot be decrypted
     */
    public byte[] rewrap(byte[] ciphertext, byte[] context) throws GeneralSecurityException {
        byte[] plaintext = aead.decrypt(ciphertext, context);
        try {
            return aead.encrypt(plaintext, context);
        } finally {
            Arrays.fill(plaintext, (byte) 0);
        }
    }

    /** Lists the ids of the keys, without key material. */
    @Override
    public String toString() {
        return keys.entrySet().stream()
                .map(part -> part.getKey() + " keys " + part.getValue() + " (primary " + primary(part.getKey()) + ")")
                .collect(Collectors.joining(", "));
    }

    private Keyset with(KeyPurpose purpose, KeysetHandle.Builder builder) {
        try {
            Map<KeyPurpose, KeysetHandle> changed = new EnumMap<>(handles);
            changed.put(purpose, builder.build());
            return new Keyset(changed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Tink cannot build a primitive", e);
        }
    }

    private static KeysetHandle handle(Map<KeyPurpose, KeysetHandle> handles, KeyPurpose purpose) {
        return requireNonNull(handles.get(purpose), "no keys of this purpose");
    }

    private KeyPurpose requirePurpose(KeyId key) {
        return purposeOf(key).orElseThrow(() -> new IllegalArgumentException("the keyset holds no key " + key));
    }

    private int position(KeyPurpose purpose, KeyId key) {
        return IntStream.range(0, handle(handles, purpose).size())
                .filter(i -> handle(handles, purpose).getAt(i).getId() == key.value())
                .findFirst()
                .orElseThrow();
    }

    private static Parameters parameters(KeyPurpose purpose) {
        return purpose == KeyPurpose.ENCRYPTION
                ? PredefinedAeadParameters.AES256_GCM
                : PredefinedPrfParameters.HMAC_SHA256_PRF;
    }

    private static void register() throws GeneralSecurityException {
        AeadConfig.register();
        PrfConfig.register();
    }

    private static KeysetHandle read(@Nullable JsonNode keyset, KeyPurpose purpose) throws GeneralSecurityException {
        if (keyset == null || !keyset.path(purpose.toString()).isObject()) {
            throw new GeneralSecurityException("no " + purpose + " keyset");
        }
        return TinkJsonProtoKeysetFormat.parseKeyset(
                keyset.get(purpose.toString()).toString(), RegistryConfiguration.get(), InsecureSecretKeyAccess.get());
    }
}
