package io.agyn.settings;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A CIDR block of addresses.
 *
 * @param bytes the first address, 4 or 16 bytes
 * @param length the length of the prefix in bits
 */
public record CidrBlock(byte[] bytes, int length) {
    /**
     * Parses a block such as {@code 10.0.0.0/8}; a single address is a block of one.
     *
     * @throws IllegalArgumentException if the text is invalid
     */
    public static CidrBlock parse(String text) {
        int slash = text.indexOf('/');
        byte[] bytes = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash))
                .getAddress();
        int length = slash < 0 ? 8 * bytes.length : Integer.parseInt(text.substring(slash + 1));
        if (length < 0 || length > 8 * bytes.length) {
            throw new IllegalArgumentException("not a range of addresses: " + text);
        }
        return new CidrBlock(bytes, length);
    }

    public static List<CidrBlock> parseAll(String... texts) {
        return Stream.of(texts).map(CidrBlock::parse).toList();
    }

    /** Whether the block contains an address of 4 or 16 bytes. */
    public boolean contains(byte[] address) {
        int whole = length / 8;
        int rest = length % 8;
        return address.length == bytes.length
                && Arrays.equals(address, 0, whole, bytes, 0, whole)
                && (rest == 0 || (address[whole] ^ bytes[whole]) >> (8 - rest) << (8 - rest) == 0);
    }
}
