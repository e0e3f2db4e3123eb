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
import io.agyn.settings.OperatorException;
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

/**
 * The keys that credentials are encrypted and fingerprinted with and that the audit log is chained with: a Tink keyset for
 * each {@link KeyPurpose}, so that each is rotated by itself. Key ids are unique in all of them. Immutable.
 */
public final class Keyset {

    /** The length of fingerprints and hashes, in bytes: no two values have the same one, and it is short enough to show. */
    public static final int FINGERPRINT_BYTES = 16;

    // In keysets of earlier releases, the key of fingerprints keyed the audit log too. It gets an id of its own there,
    // the
    // same on all servers: "audi".
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
        this.aead = handles.get(KeyPurpose.ENCRYPTION).getPrimitive(RegistryConfiguration.get(), Aead.class);
        this.fingerprints = handles.get(KeyPurpose.FINGERPRINT).getPrimitive(RegistryConfiguration.get(), PrfSet.class);
        this.audit = handles.get(KeyPurpose.AUDIT).getPrimitive(RegistryConfiguration.get(), PrfSet.class);
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
     * @param file where to put them, with mode 0600; its folder exists
     * @throws OperatorException when the file exists, which is then left as it is, or cannot be written
     */
    public static void create(Path file) {
        new KeysetFile(file, Optional.empty()).create();
    }

    /**
     * Reads the keys from a file without a passphrase.
     *
     * @param file the file that {@link #create} has written
     * @throws OperatorException when the file is missing, cannot be read or is not a keyset
     */
    public static Keyset load(Path file) {
        return new KeysetFile(file, Optional.empty()).read();
    }

    /** New keys, one for each purpose. */
    static Keyset random() {
        try {
            register();
            Map<KeyPurpose, KeysetHandle> handles = new EnumMap<>(KeyPurpose.class);
            for (KeyPurpose purpose : KeyPurpose.values()) {
                handles.put(purpose, KeysetHandle.generateNew(parameters(purpose)));
            }
            return new Keyset(handles);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Keys cannot be generated", e);
        }
    }

    /** Reads what {@link #write} has written, or an earlier release, which had no keys for the audit log. */
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

    /** The keys themselves, as JSON. */
    ObjectNode write() {
        try {
            ObjectNode json = JSON.createObjectNode();
            for (Map.Entry<KeyPurpose, KeysetHandle> part : handles.entrySet()) {
                json.set(
                        part.getKey().toString(),
                        JSON.readTree(TinkJsonProtoKeysetFormat.serializeKeyset(
                                part.getValue(), InsecureSecretKeyAccess.get())));
            }
            return json;
        } catch (GeneralSecurityException | JsonProcessingException e) {
            // Without the cause, whose message may quote a key.
            throw new IllegalStateException("Tink writes JSON of what it has read or generated");
        }
    }

    /** Encrypts with the primary encryption key and decrypts with any; safe for concurrent use. */
    public Aead aead() {
        return aead;
    }

    /** The id of the primary encryption key. */
    public KeyId primary() {
        return primary(KeyPurpose.ENCRYPTION);
    }

    /** The id of the key that is used for new values. */
    public KeyId primary(KeyPurpose purpose) {
        return new KeyId(handles.get(purpose).getPrimary().getId());
    }

    /** The ids of the encryption keys, in the order in which they were added. */
    public List<KeyId> keys() {
        return keys(KeyPurpose.ENCRYPTION);
    }

    /** The ids of the keys of a purpose, in the order in which they were added. */
    public List<KeyId> keys(KeyPurpose purpose) {
        return keys.get(purpose);
    }

    /** The purpose of a key; nothing for a key that is not in the keyset. */
    public Optional<KeyPurpose> purposeOf(KeyId key) {
        requireNonNull(key, "key is null");
        return keys.entrySet().stream()
                .filter(entry -> entry.getValue().contains(key))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Whether a key is in the keyset, for any purpose. */
    public boolean holds(KeyId key) {
        return purposeOf(key).isPresent();
    }

    /** The one of two keys of a purpose that was added later. */
    public KeyId later(KeyPurpose purpose, KeyId one, KeyId other) {
        return keys(purpose).indexOf(one) > keys(purpose).indexOf(other) ? one : other;
    }

    /**
     * The purposes whose primary key is not in another keyset. A keyset that is changed by commands alone keeps its primary
     * keys until all servers have others.
     */
    public List<KeyPurpose> primariesMissingIn(Keyset other) {
        return Stream.of(KeyPurpose.values())
                .filter(purpose -> {
                    KeysetHandle theirs = other.handles.get(purpose);
                    KeysetHandle.Entry mine = handles.get(purpose).getPrimary();
                    return IntStream.range(0, theirs.size())
                            .mapToObj(theirs::getAt)
                            .noneMatch(entry -> entry.getId() == mine.getId()
                                    && entry.getKey().equalsKey(mine.getKey()));
                })
                .toList();
    }

    /** The keyset with a new encryption key, see {@link #withNewKey(KeyPurpose)}. */
    public Keyset withNewKey() {
        return withNewKey(KeyPurpose.ENCRYPTION);
    }

    /** The keyset with a new key, the last of {@link #keys}. Its primary key stays the same. */
    public Keyset withNewKey(KeyPurpose purpose) {
        int id;
        do {
            id = RANDOM.nextInt();
        } while (id == 0 || holds(new KeyId(id)));
        return with(
                purpose,
                KeysetHandle.newBuilder(handles.get(purpose))
                        .addEntry(KeysetHandle.generateEntryFromParameters(parameters(purpose))
                                .withFixedId(id)));
    }

    /** The keyset with a key that it holds as the primary one of its purpose. */
    public Keyset withPrimary(KeyId key) {
        KeyPurpose purpose = requirePurpose(key);
        KeysetHandle.Builder builder = KeysetHandle.newBuilder(handles.get(purpose));
        builder.getAt(position(purpose, key)).makePrimary();
        return with(purpose, builder);
    }

    /** The keyset without a key that it holds and that is not primary: what depends on the key is lost. */
    public Keyset without(KeyId key) {
        KeyPurpose purpose = requirePurpose(key);
        return with(purpose, KeysetHandle.newBuilder(handles.get(purpose)).deleteAt(position(purpose, key)));
    }

    /**
     * Computes a keyed hash (HMAC-SHA-256) under the primary fingerprint key.
     *
     * @return {@link #FINGERPRINT_BYTES} bytes
     */
    public byte[] fingerprint(byte[] data) {
        return fingerprint(primary(KeyPurpose.FINGERPRINT), data);
    }

    /** Computes a keyed hash under a fingerprint key of the keyset, see {@link #fingerprint(byte[])}. */
    public byte[] fingerprint(KeyId key, byte[] data) {
        return compute(fingerprints, key, data);
    }

    /** Computes a keyed hash under an audit key of the keyset, see {@link #fingerprint(byte[])}. */
    public byte[] auditHash(KeyId key, byte[] data) {
        return compute(audit, key, data);
    }

    private static byte[] compute(PrfSet keys, KeyId key, byte[] data) {
        requireNonNull(data, "data is null");
        try {
            return keys.getPrfs().get(key.value()).compute(data, FINGERPRINT_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A keyed hash cannot be computed", e);
        }
    }

    /**
     * Encrypts a ciphertext again, under the primary key.
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
            throw new IllegalStateException("Tink builds what it was asked for", e);
        }
    }

    private KeyPurpose requirePurpose(KeyId key) {
        return purposeOf(key).orElseThrow(() -> new IllegalArgumentException("the keyset holds no key " + key));
    }

    private int position(KeyPurpose purpose, KeyId key) {
        return IntStream.range(0, handles.get(purpose).size())
                .filter(i -> handles.get(purpose).getAt(i).getId() == key.value())
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

    private static KeysetHandle read(JsonNode keyset, KeyPurpose purpose) throws GeneralSecurityException {
        if (keyset == null || !keyset.path(purpose.toString()).isObject()) {
            throw new GeneralSecurityException("no " + purpose + " keyset");
        }
        return TinkJsonProtoKeysetFormat.parseKeyset(
                keyset.get(purpose.toString()).toString(), InsecureSecretKeyAccess.get());
    }
}
