package io.tomogrid.gateway.contract;

import java.io.Serializable;

/**
 * Where the data set of one stored instance lies.
 *
 * @param sopClassUid SOP Class UID (0008,0016)
 * @param sopInstanceUid SOP Instance UID (0008,0018)
 * @param transferSyntaxUid encoding of the bytes at {@code segment[offset, offset+length)}, as received
 * @param segment path of the segment file, relative to the archive's root
 * @param offset first byte of the data set (no preamble, no file meta information) inside the segment
 * @param length bytes of the data set
 * @param sha256 SHA-256 of exactly those bytes, lower-case hexadecimal
 */
public record InstanceRef(
        String sopClassUid,
        String sopInstanceUid,
        String transferSyntaxUid,
        String segment,
        long offset,
        long length,
        String sha256)
        implements Serializable {}
