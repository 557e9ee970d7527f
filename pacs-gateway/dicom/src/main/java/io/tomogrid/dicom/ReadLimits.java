package io.tomogrid.dicom;

/**
 * What a reader accepts before it gives up; memory is taken as bytes arrive, never because a length field says so.
 *
 * @param maxDepth nesting of sequences
 * @param maxElements elements over all levels
 * @param maxBytes bytes of the whole data set
 */
public record ReadLimits(int maxDepth, int maxElements, long maxBytes) {
    public static final ReadLimits DEFAULT = new ReadLimits(64, 4_000_000, 4L << 30);
    /** For headers: everything before the pixel data. */
    public static final ReadLimits HEADER = new ReadLimits(64, 1_000_000, 64L << 20);
}
