package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.pet.PetRawException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The numbers and strings of yardl's compact binary encoding, from a stream; never more memory than the bytes justify. */
final class YardlInput {
    private static final int BUFFER = 1 << 16;
    private static final int LONGEST_VARINT = 10;
    /** Values that take no bytes, as of lists of empty records, are still values: so many of them for each byte at most. */
    private static final long VALUES_PER_BYTE = 4;

    private static final long FREE_VALUES = 1 << 10;

    private final InputStream in;
    private final long most;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;
    private long before;
    private long values;

    /** @param most bytes that are taken */
    YardlInput(InputStream in, long most) {
        this.in = in;
        this.most = most;
    }

    int next() throws IOException, PetRawException {
        if (at == end) {
            before += end;
            end = Math.max(0, in.read(buffer));
            at = 0;
            if (end == 0 || before + end > most) {
                throw fault(end == 0 ? "cut off" : "more than " + most + " bytes");
            }
        }
        return buffer[at++] & 0xff;
    }

    /** Whether there are no more bytes but zeros, with which DICOM pads. */
    boolean ended() throws IOException, PetRawException {
        while (at < end || more()) {
            if (buffer[at++] != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean more() throws IOException {
        before += end;
        at = 0;
        end = Math.max(0, in.read(buffer));
        return end > 0;
    }

    long unsigned() throws IOException, PetRawException {
        long value = 0;
        for (int n = 0; n < LONGEST_VARINT; n++) {
            int b = next();
            value |= (long) (b & 0x7f) << 7 * n;
            if (b < 0x80) {
                return value;
            }
        }
        throw fault("an integer of more than 10 bytes");
    }

    long signed() throws IOException, PetRawException {
        long zigzag = unsigned();
        return zigzag >>> 1 ^ -(zigzag & 1);
    }

    /** An unsigned number that an array index can be. */
    int index() throws IOException, PetRawException {
        long value = unsigned();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw fault("expected a number below 2^31, got " + Long.toUnsignedString(value));
        }
        return (int) value;
    }

    float float32() throws IOException, PetRawException {
        return Float.intBitsToFloat(next() | next() << 8 | next() << 16 | next() << 24);
    }

    double float64() throws IOException, PetRawException {
        long bits = 0;
        for (int n = 0; n < Double.BYTES; n++) {
            bits |= (long) next() << 8 * n;
        }
        return Double.longBitsToDouble(bits);
    }

    String string(int longest) throws IOException, PetRawException {
        int length = index();
        if (length > longest) {
            throw fault("expected a text of at most " + longest + " bytes, got " + length);
        }
        byte[] bytes = new byte[length];
        for (int n = 0; n < length; n++) {
            bytes[n] = (byte) next();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Counts a value, of whatever type. */
    void value() throws PetRawException {
        if (++values > FREE_VALUES + VALUES_PER_BYTE * (before + at)) {
            throw fault("more values than its bytes can hold");
        }
    }

    PetRawException fault(String what) {
        return new PetRawException("PETSIRD: " + what + " at byte " + (before + at));
    }
}
