package io.tomogrid.codec;

import java.util.Arrays;

/** Stored values of a frame: what the bits above Bits Stored are does not count, as PS3.5 section 8.1.1 has it. */
record Samples(int[] values) {
    static Samples of(PixelFormat format, byte[] frame) {
        int[] values = new int[format.pixels() * format.samples()];
        int bytes = format.bitsAllocated() / 8;
        int unused = 32 - format.bitsStored();
        for (int n = 0; n < values.length; n++) {
            int cell = 0;
            for (int b = bytes - 1; b >= 0; b--) {
                cell = cell << 8 | frame[n * bytes + b] & 0xff;
            }
            int value = cell >>> format.highBit() + 1 - format.bitsStored() << unused;
            values[n] = format.signed() ? value >> unused : value >>> unused;
        }
        return new Samples(values);
    }

    /** Largest difference. */
    int farFrom(Samples other) {
        int far = values.length == other.values.length ? 0 : Integer.MAX_VALUE;
        for (int n = 0; n < values.length && far < Integer.MAX_VALUE; n++) {
            far = Math.max(far, Math.abs(values[n] - other.values[n]));
        }
        return far;
    }

    int range() {
        return Arrays.stream(values).max().orElse(0)
                - Arrays.stream(values).min().orElse(0);
    }
}
