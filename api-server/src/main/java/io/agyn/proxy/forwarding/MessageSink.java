package io.agyn.proxy.forwarding;

import io.agyn.proxy.exchange.BodySink;
import io.agyn.proxy.websocket.Opcode;
import io.vertx.core.buffer.Buffer;

/** A request body as a text message: in one frame if its length is known, else in fragments. */
final class MessageSink implements BodySink {
    private final ProviderSocket provider;
    private final Runnable passedListener;
    private boolean isFragmented;
    private int opcode = Opcode.TEXT;

    /** @param passedListener runs when the message is passed on whole */
    MessageSink(ProviderSocket provider, Runnable passedListener) {
        this.provider = provider;
        this.passedListener = passedListener;
    }

    @Override
    public void send(Buffer whole) {
        begin(whole.length());
        end(whole);
    }

    @Override
    public void begin(long length) {
        isFragmented = length < 0;
        if (!isFragmented) {
            provider.socket().beginFrame(Opcode.TEXT, true, length);
        }
    }

    @Override
    public void write(Buffer piece) {
        if (piece.length() > 0) {
            beginFragment(false, piece.length());
            provider.write(piece);
        }
    }

    @Override
    public void end() {
        beginFragment(true, 0);
        passedListener.run();
    }

    @Override
    public void end(Buffer last) {
        beginFragment(true, last.length());
        provider.write(last);
        passedListener.run();
    }

    private void beginFragment(boolean isLast, int length) {
        if (isFragmented) {
            provider.socket().beginFrame(opcode, isLast, length);
            opcode = Opcode.CONTINUATION;
        }
    }

    @Override
    public boolean isFull() {
        return !provider.socket().isWritable();
    }

    @Override
    public void onDrain(Runnable listener) {
        provider.onDrain(listener);
    }
}
