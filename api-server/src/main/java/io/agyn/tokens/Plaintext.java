package io.agyn.tokens;

import io.agyn.hash.Sha256;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The plaintext of an API token: {@code agyn_}, 43 random base62 characters (256 bits) and a check character:
 * secret scanners verify a token offline, and a mistyped one is rejected without a lookup.
 */
public final class Plaintext {
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final String PREFIX = "agyn_";
    private static final int RANDOM_LENGTH = 43;
    private static final int PREFIX_LENGTH = 12;
    private static final Pattern FORMAT = Pattern.compile(PREFIX + "[0-9A-Za-z]{44}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String text;

    private Plaintext(String text) {
        this.text = text;
    }

    /** Generates a new token. */
    public static Plaintext random() {
        StringBuilder characters = new StringBuilder(RANDOM_LENGTH);
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            characters.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return new Plaintext(PREFIX + characters + checkCharacter(characters));
    }

    /** Parses a token; empty if the format or the check character is wrong. */
    public static Optional<Plaintext> parse(String text) {
        if (!FORMAT.matcher(text).matches()) {
            return Optional.empty();
        }
        String characters = text.substring(PREFIX.length(), text.length() - 1);
        return checkCharacter(characters) == text.charAt(text.length() - 1)
                ? Optional.of(new Plaintext(text))
                : Optional.empty();
    }

    /** Whether a text contains something in the format of a token. */
    public static boolean isContainedIn(String text) {
        return FORMAT.matcher(text).find();
    }

    /** The full token. It is shown once, on creation. */
    public String reveal() {
        return text;
    }

    /** The first characters, which identify the token in lists. */
    String prefix() {
        return text.substring(0, PREFIX_LENGTH);
    }

    /** The SHA-256 that is stored; with 256 random bits, it needs neither salt nor stretching. */
    public byte[] hash() {
        return hash(text);
    }

    /** Hashes a text that may be a token. */
    public static byte[] hash(String text) {
        return Sha256.of(text);
    }

    /** Shows only the prefix. */
    @Override
    public String toString() {
        return prefix() + "…";
    }

    /** Luhn's algorithm for 62 characters (Luhn mod N). */
    private static char checkCharacter(CharSequence characters) {
        int base = ALPHABET.length();
        int sum = 0;
        int factor = 2;
        for (int i = characters.length() - 1; i >= 0; i--) {
            int addend = factor * ALPHABET.indexOf(characters.charAt(i));
            sum += addend / base + addend % base;
            factor = 3 - factor;
        }
        return ALPHABET.charAt((base - sum % base) % base);
    }
}
