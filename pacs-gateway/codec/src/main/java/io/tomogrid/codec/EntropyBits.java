package io.tomogrid.codec;

/** Entropy-coded bits, ITU-T T.81 section F.2.2: a zero byte behind 0xFF is stuffing, any other ends the segment. */
final class EntropyBits {
    private final byte[] in;
    private int position;
    private long buffer;
    private int have;
    /** Zero bits that were made up behind the segment's end; they lie lowest in the buffer. */
    private int madeUp;

    EntropyBits(byte[] in, int from) {
        this.in = in;
        this.position = from;
    }

    /** The value of the next code. @throws UndecodableException if there is no such code */
    int decode(HuffmanTable table) throws UndecodableException {
        if (have < 32) {
            fill();
        }
        int found = table.find((int) (buffer >>> have - 16) & 0xffff);
        if (found < 0) {
            throw new UndecodableException("the JPEG codestream has a code that its Huffman table does not know");
        }
        have -= found >> 8;
        return found & 0xff;
    }

    /** The next bits as a signed difference, T.81 sections F.2.2.1 and F.2.2.4. @param bits at most 15, after {@link #decode} */
    int difference(int bits) {
        if (bits == 0) {
            return 0;
        }
        have -= bits;
        int value = (int) (buffer >>> have) & (1 << bits) - 1;
        return value < 1 << bits - 1 ? value - (1 << bits) + 1 : value;
    }

    /** Whether more bits were taken than the segment has. */
    boolean overrun() {
        return madeUp > have;
    }

    /** Goes on behind the restart marker that must come next. @param number of it, 0 to 7 */
    void restart(int number) throws UndecodableException {
        have = 0;
        madeUp = 0;
        position = nextMarker(in, position);
        if (position + 1 >= in.length || (in[position + 1] & 0xff) != 0xd0 + number) {
            throw new UndecodableException("the JPEG codestream lacks restart marker " + number);
        }
        position += 2;
    }

    /** The place of the first marker at or behind a place, or the end. */
    static int nextMarker(byte[] in, int from) {
        for (int at = from; at + 1 < in.length; at++) {
            if (in[at] == (byte) 0xff && in[at + 1] != 0 && in[at + 1] != (byte) 0xff) {
                return at;
            }
        }
        return in.length;
    }

    private void fill() {
        while (have <= 56) {
            int next = 0;
            if (position >= in.length || in[position] == (byte) 0xff && !stuffed()) {
                madeUp += 8;
            } else {
                next = in[position] & 0xff;
                position += next == 0xff ? 2 : 1;
            }
            buffer = buffer << 8 | next;
            have += 8;
        }
    }

    private boolean stuffed() {
        return position + 1 < in.length && in[position + 1] == 0;
    }
}
