package io.tomogrid.dicom;

import java.util.List;

/** One Data Element, PS3.5 section 7.1. Immutable except for the items of a sequence. */
public sealed interface Element {
    /** Group in the upper, element in the lower 16 bits. */
    int tag();

    VR vr();

    /**
     * A value as raw little-endian bytes, padded or not as it was received.
     *
     * @param value bytes as they stand in a little-endian encoding; never changed, do not write into them
     */
    record Value(int tag, VR vr, byte[] value) implements Element {}

    /**
     * A sequence, SQ.
     *
     * @param definedLength whether it came with its length instead of a delimiter, and is written so
     */
    record Items(int tag, List<Dataset> items, boolean definedLength) implements Element {
        public Items(int tag, List<Dataset> items) {
            this(tag, items, false);
        }

        @Override
        public VR vr() {
            return VR.SQ;
        }
    }

    /**
     * Encapsulated pixel data, PS3.5 annex A.4.
     *
     * @param vr OB or OW
     * @param fragments the first one is the Basic Offset Table, possibly empty
     */
    record Fragments(int tag, VR vr, List<byte[]> fragments) implements Element {}
}
