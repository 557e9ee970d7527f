package io.tomogrid.imaging.petsird;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The numbers and strings of yardl's compact binary encoding, into memory. */
final class YardlOutput {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    void put(int b) {
        out.write(b);
    }

    void unsigned(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    void signed(long value) {
        unsigned(value << 1 ^ value >> 63);
    }

    void float32(float value) {
        int bits = Float.floatToRawIntBits(value);
        for (int n = 0; n < Float.BYTES; n++) {
            out.write(bits >>> 8 * n);
        }
    }

    void float64(double value) {
        long bits = Double.doubleToRawLongBits(value);
        for (int n = 0; n < Double.BYTES; n++) {
            out.write((int) (bits >>> 8 * n));
        }
    }

    void string(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        unsigned(bytes.length);
        out.write(bytes, 0, bytes.length);
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
