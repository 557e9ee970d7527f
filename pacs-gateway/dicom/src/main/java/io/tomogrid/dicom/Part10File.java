package io.tomogrid.dicom;

/**
 * A DICOM file, PS3.10 section 7.
 *
 * @param meta File Meta Information, group 0002; empty for a file that had none
 * @param dataset the data set
 * @param transferSyntax how the data set was encoded
 */
public record Part10File(Dataset meta, Dataset dataset, String transferSyntax) {}
