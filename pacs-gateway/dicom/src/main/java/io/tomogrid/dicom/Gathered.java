package io.tomogrid.dicom;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Keeps what is written, to be read once. Grows by pieces, so that memory is never taken twice. */
public final class Gathered extends OutputStream {
    private static final int PIECE = 1 << 18;

    private final List<InputStream> full = new ArrayList<>();
    private byte[] piece = new byte[PIECE];
    private int filled;

    @Override
    public void write(int b) {
        if (filled == PIECE) {
            next();
        }
        piece[filled++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        int from = offset;
        while (from < offset + length) {
            if (filled == PIECE) {
                next();
            }
            int n = Math.min(PIECE - filled, offset + length - from);
            System.arraycopy(bytes, from, piece, filled, n);
            filled += n;
            from += n;
        }
    }

    /** What was written; nothing may be written any more. */
    public InputStream toInput() {
        next();
        return new SequenceInputStream(Collections.enumeration(full));
    }

    private void next() {
        full.add(new ByteArrayInputStream(piece, 0, filled));
        piece = new byte[PIECE];
        filled = 0;
    }
}
