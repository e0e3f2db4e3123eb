package io.agyn.proxy.body;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.jspecify.annotations.Nullable;

/**
 * A change of a request body: the provider's name of a model replaces some bytes.
 *
 * @param from the offset of the first byte that is replaced
 * @param to the offset after the last
 * @param model the caller's name of the model; null to insert the default model
 * @param isOnlyMember for an insertion, whether the object has no other member
 */
public record Edit(long from, long to, @Nullable String model, boolean isOnlyMember) {
    private static final byte[] NAME = "\"model\":".getBytes(US_ASCII);

    /**
     * Returns the new bytes.
     *
     * @param remoteModel the provider's name, as a JSON string
     */
    public byte[] text(byte[] remoteModel) {
        if (model != null) {
            return remoteModel;
        }
        int comma = isOnlyMember ? 0 : 1;
        byte[] member = new byte[NAME.length + remoteModel.length + comma];
        System.arraycopy(NAME, 0, member, 0, NAME.length);
        System.arraycopy(remoteModel, 0, member, NAME.length, remoteModel.length);
        if (!isOnlyMember) {
            member[member.length - 1] = ',';
        }
        return member;
    }
}
