package io.tomogrid.codec;

import io.tomogrid.codec.JpegSegments.Frame;
import io.tomogrid.codec.JpegSegments.Scan;
import java.util.Arrays;

/**
 * JPEG Extended of 12 bits (process 4), ITU-T T.81 annexes A and F: sequential DCT of one component with Huffman coding.
 * The inverse transform is the integer one of the Independent JPEG Group, which most encoders and decoders of such images
 * are made with, so that all of them give the same pixels.
 */
final class JpegExtended {
    private static final int[] ZIGZAG = {
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14,
        21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60,
        61, 54, 47, 55, 62, 63
    };

    private final Frame frame;
    private final Scan scan;
    private final int[] quantization;
    private final EntropyBits bits;
    private final Cells cells;
    private final int[] block = new int[64];
    private int dc;

    private JpegExtended(byte[] codestream, Frame frame, Scan scan, int[] quantization, Cells cells) {
        this.frame = frame;
        this.scan = scan;
        this.quantization = quantization;
        this.bits = new EntropyBits(codestream, scan.at());
        this.cells = cells;
    }

    /** @param cells of the frame's size, filled */
    static void decode(byte[] codestream, JpegSegments segments, Cells cells) throws UndecodableException {
        Frame frame = segments.frame();
        JpegSegments.require(frame.components().size() == 1, "has 12 bits in colour, which is not decoded");
        Scan scan = segments.nextScan();
        JpegSegments.require(scan != null, "has no scan");
        JpegSegments.require(
                scan.components().get(0).dc() != null
                        && scan.components().get(0).ac() != null,
                "lacks a Huffman table");
        JpegSegments.require(
                scan.start() == 0 && scan.end() == 63 && scan.low() == 0, "is sequential with spectral selection");
        new JpegExtended(
                        codestream,
                        frame,
                        scan,
                        segments.quantization(frame.components().get(0)),
                        cells)
                .blocks();
    }

    /** A.2.2: a scan of one component has its blocks line by line, whatever the sampling factors. */
    private void blocks() throws UndecodableException {
        int across = (frame.columns() + 7) / 8;
        int down = (frame.rows() + 7) / 8;
        for (int n = 0; n < across * down; n++) {
            if (scan.restart() > 0 && n > 0 && n % scan.restart() == 0) {
                bits.restart((n / scan.restart() - 1) % 8);
                dc = 0;
            }
            coefficients();
            JpegSegments.require(!bits.overrun(), "ends in block " + (n + 1) + " of " + across * down);
            InverseDct.twelveBits(block);
            put(n % across * 8, n / across * 8);
        }
    }

    /** F.2.2: the difference of the DC coefficient, then runs of zeros and AC coefficients. */
    private void coefficients() throws UndecodableException {
        Arrays.fill(block, 0);
        int category = bits.decode(scan.components().get(0).dc());
        JpegSegments.require(category <= 15, "has a DC difference of " + category + " bits");
        dc += bits.difference(category);
        block[0] = dc * quantization[0];
        HuffmanTable ac = scan.components().get(0).ac();
        for (int k = 1; k < 64; k++) {
            int runAndSize = bits.decode(ac);
            int size = runAndSize & 15;
            int run = runAndSize >> 4;
            if (size == 0) {
                if (run != 15) {
                    return;
                }
                k += 15;
                continue;
            }
            k += run;
            JpegSegments.require(k < 64, "has a coefficient behind the end of its block");
            block[ZIGZAG[k]] = bits.difference(size) * quantization[k];
        }
    }

    private void put(int left, int top) {
        int right = Math.min(8, frame.columns() - left);
        int bottom = Math.min(8, frame.rows() - top);
        for (int y = 0; y < bottom; y++) {
            for (int x = 0; x < right; x++) {
                cells.put((top + y) * frame.columns() + left + x, block[8 * y + x]);
            }
        }
    }
}
