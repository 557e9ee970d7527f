package io.tomogrid.gateway.dicomweb;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body that fails as soon as more bytes come than it may have. */
final class LimitedStream extends FilterInputStream {
    private long left;

    LimitedStream(InputStream in, long limit) {
        super(in);
        this.left = limit;
    }

    /** There is more. */
    static final class Exceeded extends IOException {
        private static final long serialVersionUID = 1;

        private Exceeded() {
            super("the body is longer than it may be");
        }
    }

    @Override
    public int read() throws IOException {
        int read = super.read();
        count(read < 0 ? 0 : 1);
        return read;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int read = super.read(into, from, length);
        count(Math.max(read, 0));
        return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
        long skipped = super.skip(bytes);
        count(skipped);
        return skipped;
    }

    private void count(long bytes) throws Exceeded {
        left -= bytes;
        if (left < 0) {
            throw new Exceeded();
        }
    }
}
