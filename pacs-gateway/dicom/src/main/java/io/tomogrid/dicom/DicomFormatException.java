package io.tomogrid.dicom;

import java.io.IOException;

/** The bytes are not a data set; names the place and what was wrong, never a value. */
public final class DicomFormatException extends IOException {
    private static final long serialVersionUID = 1;

    public DicomFormatException(String message) {
        super(message);
    }
}
