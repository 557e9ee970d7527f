package io.tomogrid.archive;

/**
 * How a {@link SegmentLog} uses its disk.
 *
 * @param segmentBytes a segment is sealed when the next record would make it longer; a record that is longer itself gets
 *     a segment of its own
 * @param minFreeBytes room that must be left after a record was appended; below it {@link NoRoomException}
 */
public record SegmentLogConfig(long segmentBytes, long minFreeBytes) {
    private static final long MIB = 1L << 20;

    /** @throws IllegalArgumentException naming what is out of range */
    public SegmentLogConfig {
        if (segmentBytes < 1) {
            throw new IllegalArgumentException("segment-bytes: expected at least 1, got " + segmentBytes);
        }
        if (minFreeBytes < 0) {
            throw new IllegalArgumentException("min-free-bytes: expected at least 0, got " + minFreeBytes);
        }
    }

    /** Segments of 256 MiB, 256 MiB left free. */
    public static SegmentLogConfig defaults() {
        return new SegmentLogConfig(256 * MIB, 256 * MIB);
    }

    public SegmentLogConfig withSegmentBytes(long bytes) {
        return new SegmentLogConfig(bytes, minFreeBytes);
    }

    public SegmentLogConfig withMinFreeBytes(long bytes) {
        return new SegmentLogConfig(segmentBytes, bytes);
    }
}
