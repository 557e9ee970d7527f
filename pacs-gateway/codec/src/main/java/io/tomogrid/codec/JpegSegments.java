package io.tomogrid.codec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The marker segments of a JPEG codestream, ITU-T T.81 annex B: the frame header, then one scan after the other. */
final class JpegSegments {
    static final int BASELINE = 0xc0;
    static final int EXTENDED = 0xc1;
    static final int PROGRESSIVE = 0xc2;
    static final int LOSSLESS = 0xc3;
    private static final int HUFFMAN_TABLES = 0xc4;
    private static final int ARITHMETIC_CODING = 0xcc;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int START_OF_SCAN = 0xda;
    private static final int QUANTIZATION_TABLES = 0xdb;
    private static final int RESTART_INTERVAL = 0xdd;

    /** Section B.2.2. @param process its marker's second byte */
    record Frame(int process, int precision, int rows, int columns, List<Component> components) {}

    /** @param across horizontal, @param down vertical sampling factor @param quantization destination of its table */
    record Component(int id, int across, int down, int quantization) {}

    /**
     * Section B.2.3.
     *
     * @param start Ss, the predictor of a lossless scan @param end Se @param low Al, the point transform
     * @param restart interval in MCU, 0 for none
     * @param at where the entropy-coded data begins
     */
    record Scan(List<ScanComponent> components, int start, int end, int low, int restart, int at) {}

    /** @param index in the frame @param dc null if it was not defined @param ac null if it was not defined */
    record ScanComponent(int index, HuffmanTable dc, HuffmanTable ac) {}

    private final byte[] in;
    private final HuffmanTable[] dc = new HuffmanTable[4];
    private final HuffmanTable[] ac = new HuffmanTable[4];
    private final int[][] quantization = new int[4][];
    private final Frame frame;
    private int position = 2;
    private int restart;

    /** Reads up to the frame header. */
    JpegSegments(byte[] codestream) throws UndecodableException {
        this.in = codestream;
        require(codestream.length > 2 && u16(0) == 0xffd8, "does not begin with SOI");
        int marker = marker();
        while (!frameHeader(marker)) {
            require(marker != START_OF_SCAN && marker != END_OF_IMAGE, "has no frame header");
            segment(marker);
            marker = marker();
        }
        frame = readFrame(marker);
    }

    Frame frame() {
        return frame;
    }

    /** The table that a component refers to, in zigzag order. */
    int[] quantization(Component component) throws UndecodableException {
        require(
                component.quantization() < 4 && quantization[component.quantization()] != null,
                "lacks a quantization table");
        return quantization[component.quantization()];
    }

    /** The next scan's header, and the tables that come before it; null at the end of the image. */
    Scan nextScan() throws UndecodableException {
        position = EntropyBits.nextMarker(in, position);
        while (position < in.length) {
            int marker = marker();
            if (marker == END_OF_IMAGE) {
                return null;
            }
            if (marker == START_OF_SCAN) {
                return readScan();
            }
            if (marker < 0xd0 || marker > 0xd7) {
                segment(marker);
            }
            position = EntropyBits.nextMarker(in, position);
        }
        return null;
    }

    private static boolean frameHeader(int marker) {
        return marker >= BASELINE
                && marker <= 0xcf
                && marker != HUFFMAN_TABLES
                && marker != 0xc8
                && marker != ARITHMETIC_CODING;
    }

    /** Tables and miscellaneous segments, section B.2.4. */
    private void segment(int marker) throws UndecodableException {
        int end = end();
        switch (marker) {
            case HUFFMAN_TABLES -> {
                while (position < end) {
                    huffman(end);
                }
            }
            case QUANTIZATION_TABLES -> {
                while (position < end) {
                    quantizationTable(end);
                }
            }
            case RESTART_INTERVAL -> {
                require(end - position == 2, "has a malformed restart interval");
                restart = u16(position);
            }
            default -> {}
        }
        position = end;
    }

    private void huffman(int end) throws UndecodableException {
        require(end - position >= 17, "has a malformed Huffman table");
        int destination = in[position++] & 0xff;
        int[] counts = new int[16];
        for (int n = 0; n < 16; n++) {
            counts[n] = in[position++] & 0xff;
        }
        int total = Arrays.stream(counts).sum();
        require(total <= 256 && end - position >= total && (destination & 0xef) < 4, "has a malformed Huffman table");
        HuffmanTable table = new HuffmanTable(counts, Arrays.copyOfRange(in, position, position + total));
        position += total;
        (destination < 16 ? dc : ac)[destination & 15] = table;
    }

    private void quantizationTable(int end) throws UndecodableException {
        int destination = in[position++] & 0xff;
        int wide = destination >> 4;
        require(
                wide <= 1 && (destination & 15) < 4 && end - position >= 64 << wide,
                "has a malformed quantization table");
        int[] table = new int[64];
        for (int n = 0; n < 64; n++, position += 1 + wide) {
            table[n] = wide == 1 ? u16(position) : in[position] & 0xff;
        }
        quantization[destination & 15] = table;
    }

    private Frame readFrame(int process) throws UndecodableException {
        int end = end();
        require(end - position >= 6, "has a malformed frame header");
        int count = in[position + 5] & 0xff;
        require(end - position == 6 + 3 * count, "has a malformed frame header");
        List<Component> components = new ArrayList<>();
        for (int at = position + 6; at < end; at += 3) {
            components.add(new Component(in[at] & 0xff, (in[at + 1] & 0xff) >> 4, in[at + 1] & 15, in[at + 2] & 0xff));
        }
        Frame read = new Frame(process, in[position] & 0xff, u16(position + 1), u16(position + 3), components);
        position = end;
        return read;
    }

    private Scan readScan() throws UndecodableException {
        int end = end();
        int count = in[position] & 0xff;
        require(count >= 1 && count <= 4 && end - position == 4 + 2 * count, "has a malformed scan header");
        List<ScanComponent> components = new ArrayList<>();
        for (int at = position + 1; at < end - 3; at += 2) {
            int tables = in[at + 1] & 0xff;
            require((tables & 0xcc) == 0, "has a malformed scan header");
            components.add(new ScanComponent(index(in[at] & 0xff), dc[tables >> 4], ac[tables & 15]));
        }
        Scan scan = new Scan(components, in[end - 3] & 0xff, in[end - 2] & 0xff, in[end - 1] & 15, restart, end);
        position = end;
        return scan;
    }

    private int index(int id) throws UndecodableException {
        for (int n = 0; n < frame.components().size(); n++) {
            if (frame.components().get(n).id() == id) {
                return n;
            }
        }
        throw new UndecodableException("the JPEG codestream has a scan of a component that its frame lacks");
    }

    /** Passes a marker and the fill bytes before it. */
    private int marker() throws UndecodableException {
        require(position + 1 < in.length && in[position] == (byte) 0xff, "has no marker where one must be");
        while (position + 1 < in.length && in[position + 1] == (byte) 0xff) {
            position++;
        }
        require(position + 1 < in.length, "ends within its headers");
        position += 2;
        return in[position - 1] & 0xff;
    }

    /** Passes the length of a segment. @return where it ends */
    private int end() throws UndecodableException {
        require(position + 2 < in.length, "ends within its headers");
        int end = position + u16(position);
        require(end > position + 2 && end <= in.length, "ends within its headers");
        position += 2;
        return end;
    }

    private int u16(int at) {
        return (in[at] & 0xff) << 8 | in[at + 1] & 0xff;
    }

    static void require(boolean holds, String fault) throws UndecodableException {
        if (!holds) {
            throw new UndecodableException("the JPEG codestream " + fault);
        }
    }
}
