package io.agyn.proxy.body;

import java.util.Arrays;
import java.util.Random;

/** Bytes as from a network: split anywhere, each piece at some offset of a separate array. */
final class Pieces {
    /** Takes a piece. */
    interface Reader<E extends Exception> {
        void read(byte[] bytes, int from, int to) throws E;
    }

    private Pieces() {}

    static <E extends Exception> void of(byte[] whole, Random random, Reader<E> reader) throws E {
        int largest = 1 + random.nextInt(random.nextBoolean() ? 3 : 300);
        int at = 0;
        while (at < whole.length) {
            int length = Math.min(whole.length - at, random.nextInt(largest + 1));
            int from = random.nextInt(4);
            byte[] piece = new byte[from + length + random.nextInt(4)];
            // The surrounding bytes must not be read.
            Arrays.fill(piece, (byte) '"');
            System.arraycopy(whole, at, piece, from, length);
            reader.read(piece, from, from + length);
            at += length;
        }
    }
}
