package io.tomogrid.codec;

import java.io.ByteArrayOutputStream;
import java.util.Random;

/**
 * Writes JPEG Lossless after ITU-T T.81 annex H, straight from its formulas and with nothing of the decoder: one Huffman
 * table with the codes of all 17 categories five bits long.
 */
final class TestJpegLossless {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int pending;
    private int bits;

    /** How an image is to be coded. @param restartLines 0 for none @param interleaved all components in one scan */
    record Coding(int precision, int predictor, int pointTransform, int restartLines, boolean interleaved) {}

    /** Smooth with noise and with jumps over the whole range, so that all categories come up. */
    static int[][] image(long seed, int columns, int rows, int components, int precision) {
        Random random = new Random(seed);
        int[][] planes = new int[components][columns * rows];
        int top = (1 << precision) - 1;
        for (int[] plane : planes) {
            for (int n = 0; n < plane.length; n++) {
                double smooth = 0.5 + 0.4 * Math.sin(n % columns / 5.0) * Math.cos(n / columns / 7.0);
                int value = (int) (smooth * top + random.nextGaussian() * top / 300);
                plane[n] = random.nextInt(40) == 0 ? random.nextInt(top + 1) : Math.max(0, Math.min(top, value));
            }
        }
        return planes;
    }

    static byte[] encode(int[][] planes, int columns, int rows, Coding coding) {
        TestJpegLossless writer = new TestJpegLossless();
        writer.u16(0xffd8);
        writer.u16(0xffc3);
        writer.u16(8 + 3 * planes.length);
        writer.out.write(coding.precision());
        writer.u16(rows);
        writer.u16(columns);
        writer.out.write(planes.length);
        for (int c = 0; c < planes.length; c++) {
            writer.out.write(c + 1);
            writer.out.write(0x11);
            writer.out.write(0);
        }
        writer.u16(0xffc4);
        writer.u16(2 + 17 + 17);
        writer.out.write(0);
        for (int length = 1; length <= 16; length++) {
            writer.out.write(length == 5 ? 17 : 0);
        }
        for (int category = 0; category <= 16; category++) {
            writer.out.write(category);
        }
        if (coding.restartLines() > 0) {
            writer.u16(0xffdd);
            writer.u16(4);
            writer.u16(coding.restartLines() * columns);
        }
        if (coding.interleaved()) {
            int[] all = new int[planes.length];
            java.util.Arrays.setAll(all, c -> c);
            writer.scan(planes, all, columns, rows, coding);
        } else {
            for (int c = 0; c < planes.length; c++) {
                writer.scan(planes, new int[] {c}, columns, rows, coding);
            }
        }
        writer.u16(0xffd9);
        return writer.out.toByteArray();
    }

    private void scan(int[][] planes, int[] components, int columns, int rows, Coding coding) {
        u16(0xffda);
        u16(6 + 2 * components.length);
        out.write(components.length);
        for (int c : components) {
            out.write(c + 1);
            out.write(0);
        }
        out.write(coding.predictor());
        out.write(0);
        out.write(coding.pointTransform());
        for (int y = 0; y < rows; y++) {
            boolean first = coding.restartLines() == 0 ? y == 0 : y % coding.restartLines() == 0;
            if (first && y > 0) {
                flush();
                u16(0xffd0 + (y / coding.restartLines() - 1) % 8);
            }
            for (int x = 0; x < columns; x++) {
                for (int c : components) {
                    difference(sample(planes[c], columns, x, y, coding)
                            - prediction(planes[c], columns, x, y, first, coding));
                }
            }
        }
        flush();
    }

    private static int sample(int[] plane, int columns, int x, int y, Coding coding) {
        return plane[y * columns + x] >> coding.pointTransform();
    }

    private static int prediction(int[] plane, int columns, int x, int y, boolean first, Coding coding) {
        if (x == 0) {
            return first
                    ? 1 << coding.precision() - coding.pointTransform() - 1
                    : sample(plane, columns, x, y - 1, coding);
        }
        int a = sample(plane, columns, x - 1, y, coding);
        if (first) {
            return a;
        }
        int b = sample(plane, columns, x, y - 1, coding);
        int c = sample(plane, columns, x - 1, y - 1, coding);
        return switch (coding.predictor()) {
            case 1 -> a;
            case 2 -> b;
            case 3 -> c;
            case 4 -> a + b - c;
            case 5 -> a + ((b - c) >> 1);
            case 6 -> b + ((a - c) >> 1);
            default -> (a + b) >> 1;
        };
    }

    /** Modulo 65536, in the range of -32767 to 32768. */
    private void difference(int value) {
        int d = value & 0xffff;
        if (d > 32768) {
            d -= 65536;
        }
        int category = d == 32768 ? 16 : 32 - Integer.numberOfLeadingZeros(Math.abs(d));
        put(category, 5);
        if (category > 0 && category < 16) {
            put(d > 0 ? d : d + (1 << category) - 1, category);
        }
    }

    private void put(int value, int count) {
        for (int n = count - 1; n >= 0; n--) {
            pending = pending << 1 | value >> n & 1;
            if (++bits == 8) {
                out.write(pending);
                if (pending == 0xff) {
                    out.write(0);
                }
                pending = 0;
                bits = 0;
            }
        }
    }

    private void flush() {
        while (bits > 0) {
            put(1, 1);
        }
    }

    private void u16(int value) {
        out.write(value >> 8);
        out.write(value);
    }
}
