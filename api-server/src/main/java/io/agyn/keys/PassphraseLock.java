package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.operator.OperatorException;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Locks a keyset file with a passphrase: AES-256-GCM, with a key that PBKDF2 (HMAC-SHA-512) derives from the
 * passphrase and the file's salt. Both come from the JDK.
 */
public final class PassphraseLock implements KeysetLock {
    /** The minimum length of a passphrase, in characters. */
    public static final int MIN_LENGTH = SettingsReader.MIN_PASSPHRASE_LENGTH;

    // About half a second of a core per guess.
    private static final int ITERATIONS = 600_000;
    private static final int KEY_BITS = 256;
    private static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Supplier<char[]> passphrase;
    private final int iterations;

    private PassphraseLock(Supplier<char[]> passphrase, int iterations) {
        this.passphrase = passphrase;
        this.iterations = iterations;
    }

    /**
     * Returns the lock with the operator's passphrase.
     *
     * @return the lock; empty if no passphrase is set
     * @throws OperatorException if it is set in two ways
     */
    public static Optional<PassphraseLock> of(Settings settings) {
        if (settings.keysetPassphrase().isPresent()
                && settings.keysetPassphraseFile().isPresent()) {
            throw new OperatorException(
                    "AGYN_KEYSET_PASSPHRASE and AGYN_KEYSET_PASSPHRASE_FILE are both set: remove one of them.");
        }
        return settings.keysetPassphraseFile().map(PassphraseLock::inFile).or(() -> settings.keysetPassphrase()
                .map(text -> new PassphraseLock(text::toCharArray, ITERATIONS)));
    }

    /**
     * Returns a lock whose passphrase is read from a file each time it is needed.
     *
     * @param file contains the passphrase; a trailing line break is ignored
     */
    public static PassphraseLock inFile(Path file) {
        return inFile(file, ITERATIONS);
    }

    /** For tests, which lock many files: with another number of PBKDF2's iterations. */
    static PassphraseLock inFile(Path file, int iterations) {
        requireNonNull(file, "file is null");
        return new PassphraseLock(() -> read(file), iterations);
    }

    @Override
    public String kind() {
        return "passphrase";
    }

    @Override
    public ObjectNode close(byte[] keyset) {
        byte[] salt = random(SALT_BYTES);
        byte[] nonce = random(NONCE_BYTES);
        try {
            byte[] ciphertext =
                    cipher(Cipher.ENCRYPT_MODE, salt, iterations, nonce).doFinal(keyset);
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("iterations", iterations)
                    .put("salt", base64(salt))
                    .put("nonce", base64(nonce))
                    .put("ciphertext", base64(ciphertext));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has PBKDF2 and AES-GCM", e);
        }
    }

    @Override
    public byte[] open(JsonNode locked) throws GeneralSecurityException {
        // More, since later releases may write more; but never below half, so that write access to the file does not
        // make guessing cheap.
        int required = locked.path("iterations").asInt();
        if (required < iterations / 2 || required > 20 * iterations) {
            throw new GeneralSecurityException("too few or too many iterations");
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, bytes(locked, "salt"), required, bytes(locked, "nonce"))
                    .doFinal(bytes(locked, "ciphertext"));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("not Base64, or too short");
        }
    }

    private Cipher cipher(int mode, byte[] salt, int rounds, byte[] nonce) throws GeneralSecurityException {
        char[] characters = passphrase.get();
        PBEKeySpec spec = new PBEKeySpec(characters, salt, rounds, KEY_BITS);
        byte[] key = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                .generateSecret(spec)
                .getEncoded();
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            return cipher;
        } finally {
            spec.clearPassword();
            Arrays.fill(characters, '\0');
            Arrays.fill(key, (byte) 0);
        }
    }

    private static char[] read(Path file) {
        byte[] content = new byte[0];
        try {
            content = Files.readAllBytes(file);
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content));
            int length = text.length();
            while (length > 0 && (text.charAt(length - 1) == '\n' || text.charAt(length - 1) == '\r')) {
                length--;
            }
            if (length < MIN_LENGTH) {
                throw new OperatorException("The passphrase in " + file + " has fewer than " + MIN_LENGTH
                        + " characters: use a longer one.");
            }
            char[] characters = new char[length];
            text.get(0, characters);
            Arrays.fill(text.array(), '\0');
            return characters;
        } catch (CharacterCodingException e) {
            throw new OperatorException("The passphrase in " + file + " is not UTF-8 text: replace it.");
        } catch (IOException e) {
            throw new OperatorException(
                    "The passphrase cannot be read from " + file + " (" + OperatorException.reason(e)
                            + "): provide the file, readable for this user.",
                    e);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(JsonNode locked, String field) {
        return Base64.getDecoder().decode(locked.path(field).asText());
    }
}
