package io.agyn.keys;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;

/**
 * Locks a keyset file with a key from outside it, so that the file alone opens nothing. A passphrase does, see
 * {@link PassphraseLock}; a key management service would be another, which keeps its key and encrypts for us.
 */
public interface KeysetLock {
    /**
     * Names the kind of lock in the file.
     *
     * @return such as {@code passphrase}
     */
    String kind();

    /**
     * Encrypts a keyset.
     *
     * @param keyset its bytes
     * @return all that {@link #open} needs beside the key itself
     */
    ObjectNode close(byte[] keyset);

    /**
     * Decrypts a keyset.
     *
     * @param locked what {@link #close} gave
     * @return the keyset's bytes
     * @throws GeneralSecurityException when the key is another one, or what is locked was altered
     */
    byte[] open(JsonNode locked) throws GeneralSecurityException;
}
