package io.tomogrid.archive;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * Where the payload of one record lies.
 *
 * @param segment path of the segment file relative to the archive's root, such as {@code segments/0000000001.seg}
 * @param offset first byte of the payload inside the segment
 * @param length bytes of the payload
 */
public record SegmentRef(String segment, long offset, long length) implements Serializable, Comparable<SegmentRef> {
    private static final Pattern NAME = Pattern.compile("segments/\\d{10}\\.seg");

    /** @throws IllegalArgumentException if this cannot lie in an archive, such as a path that leads out of it */
    public SegmentRef {
        if (!NAME.matcher(segment).matches() || offset < 0 || length < 0) {
            throw new IllegalArgumentException("not a place in an archive: " + segment + " at " + offset + ", " + length
                    + " bytes; expected segments/NNNNNNNNNN.seg, offset and length not negative");
        }
    }

    /** The log's own order: the record that was appended earlier is less. */
    @Override
    public int compareTo(SegmentRef other) {
        int bySegment = segment.compareTo(other.segment);
        return bySegment != 0 ? bySegment : Long.compare(offset, other.offset);
    }
}
