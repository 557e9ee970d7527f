package io.tomogrid.gateway.contract;

import java.io.Serializable;

/**
 * One DICOM object that a job made, staged as a Part 10 file.
 *
 * @param kind {@code SEG}, {@code SR}, {@code GSPS}, {@code KOS}, {@code PDF}, {@code MIP}, {@code PET}, {@code CT} or {@code RWVM}
 * @param file path of the Part 10 file, relative to the manifest's staging root
 * @param bytes its length
 * @param sha256 SHA-256 of the whole file, lower-case hexadecimal
 */
public record ResultObject(
        String kind,
        String sopClassUid,
        String sopInstanceUid,
        String seriesUid,
        String file,
        long bytes,
        String sha256)
        implements Serializable {}
