package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import java.time.Instant;

/**
 * Where a result comes from.
 *
 * @param source header of what it was made of; patient, study and frame of reference are copied from it
 * @param uids names the results
 * @param created when the job ran; written in the time zone of the source, or of this machine if the source tells none
 * @param equipment what made the result
 */
public record ResultOrigin(Dataset source, ResultUids uids, Instant created, Equipment equipment) {}
