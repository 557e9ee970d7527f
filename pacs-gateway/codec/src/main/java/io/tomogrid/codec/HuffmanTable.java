package io.tomogrid.codec;

/** A Huffman table, ITU-T T.81 annex C; codes of up to nine bits are found at once. */
final class HuffmanTable {
    private static final int QUICK = 9;
    private static final int LONGEST = 16;

    private final byte[] values;
    /** Length of the code in the upper, its value in the lower 8 bits; 0 where the code is longer. */
    private final short[] quick = new short[1 << QUICK];

    /** For each length: the code behind its last one, moved to 16 bits; what is less has at most this length. */
    private final int[] end = new int[LONGEST + 1];

    private final int[] valueOfCodeZero = new int[LONGEST + 1];

    /**
     * @param counts of the codes of 1 to 16 bits
     * @param values in the order of their codes, at least as many as the counts make
     * @throws UndecodableException if there are more codes than bits can tell apart
     */
    HuffmanTable(int[] counts, byte[] values) throws UndecodableException {
        this.values = values;
        int code = 0;
        int next = 0;
        for (int length = 1; length <= LONGEST; length++) {
            valueOfCodeZero[length] = next - code;
            for (int n = 0; n < counts[length - 1]; n++, code++, next++) {
                if (code >= 1 << length) {
                    throw new UndecodableException("a Huffman table of the JPEG codestream has too many codes");
                }
                if (length <= QUICK) {
                    int first = code << QUICK - length;
                    for (int i = 0; i < 1 << QUICK - length; i++) {
                        quick[first + i] = (short) (length << 8 | values[next] & 0xff);
                    }
                }
            }
            end[length] = code << LONGEST - length;
            code <<= 1;
        }
    }

    /** @param ahead the next 16 bits @return length of the code in the upper, its value in the lower 8 bits; -1 if there is none */
    int find(int ahead) {
        int found = quick[ahead >>> LONGEST - QUICK];
        if (found != 0) {
            return found;
        }
        for (int length = QUICK + 1; length <= LONGEST; length++) {
            if (ahead < end[length]) {
                return length << 8 | values[valueOfCodeZero[length] + (ahead >>> LONGEST - length)] & 0xff;
            }
        }
        return -1;
    }
}
