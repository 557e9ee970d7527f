package io.tomogrid.archive;

/**
 * Bytes of a segment that are no whole record: the tail of a write that a crash cut off, or bytes that changed on disk.
 * They are never read as an instance.
 *
 * @param segment path of the segment file relative to the archive's root
 * @param offset first byte that belongs to no record
 * @param length bytes up to the next whole record or to the segment's end
 * @param reason what is wrong with them
 */
public record Damage(String segment, long offset, long length, String reason) {
    @Override
    public String toString() {
        return segment + " at " + offset + ": " + length + " bytes are no record: " + reason;
    }
}
