package io.tomogrid.codec;

import io.tomogrid.codec.JpegSegments.Component;
import io.tomogrid.codec.JpegSegments.Frame;
import io.tomogrid.codec.JpegSegments.Scan;
import io.tomogrid.codec.JpegSegments.ScanComponent;
import java.util.BitSet;
import java.util.List;

/**
 * JPEG Lossless, ITU-T T.81 annex H with Huffman coding (process 14): 2 to 16 bits, the seven predictors, point transform,
 * restart intervals, components interleaved or in scans of their own.
 */
final class JpegLossless {
    private final byte[] codestream;
    private final Frame frame;
    private final Cells cells;

    private JpegLossless(byte[] codestream, Frame frame, Cells cells) {
        this.codestream = codestream;
        this.frame = frame;
        this.cells = cells;
    }

    /** @param cells of the frame's size, filled */
    static void decode(byte[] codestream, JpegSegments segments, Cells cells) throws UndecodableException {
        Frame frame = segments.frame();
        JpegSegments.require(
                frame.precision() >= 2 && frame.precision() <= 16,
                "has " + frame.precision() + " bits per sample, which is none of JPEG Lossless");
        for (Component component : frame.components()) {
            JpegSegments.require(
                    component.across() == frame.components().get(0).across()
                            && component.down() == frame.components().get(0).down(),
                    "is lossless with subsampled components, which are not decoded");
        }
        JpegLossless image = new JpegLossless(codestream, frame, cells);
        BitSet missing = new BitSet();
        missing.set(0, frame.components().size());
        while (!missing.isEmpty()) {
            Scan scan = segments.nextScan();
            JpegSegments.require(scan != null, "ends before all of its components");
            image.scan(scan);
            scan.components().forEach(component -> missing.clear(component.index()));
        }
    }

    private void scan(Scan scan) throws UndecodableException {
        int precision = frame.precision() - scan.low();
        JpegSegments.require(
                scan.start() >= 1 && scan.start() <= 7 && precision >= 1,
                "has predictor " + scan.start() + " and point transform " + scan.low());
        for (ScanComponent component : scan.components()) {
            JpegSegments.require(component.dc() != null, "lacks a Huffman table");
        }
        int columns = frame.columns();
        // H.1.1: an interval is of whole lines
        JpegSegments.require(scan.restart() % columns == 0, "restarts within a line");
        int linesPerInterval = scan.restart() == 0 ? frame.rows() : scan.restart() / columns;
        int[][] above = new int[scan.components().size()][columns];
        int[][] here = new int[scan.components().size()][columns];
        EntropyBits bits = new EntropyBits(codestream, scan.at());
        for (int y = 0; y < frame.rows(); y++) {
            boolean first = y % linesPerInterval == 0;
            if (first && y > 0) {
                bits.restart((y / linesPerInterval - 1) % 8);
            }
            // H.1.2.1: a first line is predicted from the left, its first sample from the middle of the range
            line(scan, bits, first ? 1 : scan.start(), first ? 1 << precision - 1 : -1, above, here);
            JpegSegments.require(!bits.overrun(), "ends in line " + (y + 1) + " of " + frame.rows());
            put(scan, here, y);
            int[][] swap = above;
            above = here;
            here = swap;
        }
    }

    /** @param initial prediction of the first sample, or -1 for the one above it */
    private static void line(Scan scan, EntropyBits bits, int predictor, int initial, int[][] aboves, int[][] heres)
            throws UndecodableException {
        List<ScanComponent> components = scan.components();
        if (components.size() == 1) {
            HuffmanTable table = components.get(0).dc();
            int[] above = aboves[0];
            int[] here = heres[0];
            here[0] = (initial >= 0 ? initial : above[0]) + difference(bits, table) & 0xffff;
            for (int x = 1; x < here.length; x++) {
                here[x] = predict(predictor, here[x - 1], above[x], above[x - 1]) + difference(bits, table) & 0xffff;
            }
            return;
        }
        for (int x = 0; x < heres[0].length; x++) {
            for (int c = 0; c < heres.length; c++) {
                int[] above = aboves[c];
                int[] here = heres[c];
                int prediction;
                if (x > 0) {
                    prediction = predict(predictor, here[x - 1], above[x], above[x - 1]);
                } else {
                    prediction = initial >= 0 ? initial : above[0];
                }
                here[x] = prediction + difference(bits, components.get(c).dc()) & 0xffff;
            }
        }
    }

    /** Table H.1. @param a to the left @param b above @param c above the left one */
    private static int predict(int predictor, int a, int b, int c) {
        return switch (predictor) {
            case 1 -> a;
            case 2 -> b;
            case 3 -> c;
            case 4 -> a + b - c;
            case 5 -> a + (b - c >> 1);
            case 6 -> b + (a - c >> 1);
            default -> a + b >> 1;
        };
    }

    /** H.1.2.2: category 16 is the difference 32768 and has no further bits. */
    private static int difference(EntropyBits bits, HuffmanTable table) throws UndecodableException {
        int category = bits.decode(table);
        if (category > 15) {
            JpegSegments.require(category == 16, "has a difference of " + category + " bits");
            return 32768;
        }
        return bits.difference(category);
    }

    private void put(Scan scan, int[][] lines, int y) {
        int samples = frame.components().size();
        for (int c = 0; c < lines.length; c++) {
            int at = y * frame.columns() * samples + scan.components().get(c).index();
            for (int value : lines[c]) {
                cells.put(at, value << scan.low());
                at += samples;
            }
        }
    }
}
