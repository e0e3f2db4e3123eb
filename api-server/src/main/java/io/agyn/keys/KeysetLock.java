package io.agyn.keys;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;

/**
 * Locks a keyset file with an external key, so that the file alone is useless. {@link PassphraseLock} uses a
 * passphrase; a key management service could be another lock.
 */
public interface KeysetLock {
    /** The kind of lock in the file, such as {@code passphrase}. */
    String kind();

    /**
     * Encrypts a keyset.
     *
     * @param keyset its bytes
     * @return everything that {@link #open} needs except the key
     */
    ObjectNode close(byte[] keyset);

    /**
     * Decrypts a keyset.
     *
     * @param locked the result of {@link #close}
     * @return the keyset's bytes
     * @throws GeneralSecurityException if the key is wrong, or the file was altered
     */
    byte[] open(JsonNode locked) throws GeneralSecurityException;
}
