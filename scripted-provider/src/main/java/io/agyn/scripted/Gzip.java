package io.agyn.scripted;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.zip.GZIPOutputStream;

/** Compresses and flushes each piece, so that the caller can read it at once, as the clouds do with events. */
final class Gzip implements Iterator<Buffer> {

    private final Iterator<Buffer> pieces;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final GZIPOutputStream gzip;

    Gzip(Iterator<Buffer> pieces) {
        this.pieces = pieces;
        try {
            gzip = new GZIPOutputStream(bytes, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean hasNext() {
        return pieces.hasNext();
    }

    @Override
    public Buffer next() {
        try {
            gzip.write(pieces.next().getBytes());
            if (pieces.hasNext()) {
                gzip.flush();
            } else {
                gzip.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Buffer piece = Buffer.buffer(bytes.toByteArray());
        bytes.reset();
        return piece;
    }
}
