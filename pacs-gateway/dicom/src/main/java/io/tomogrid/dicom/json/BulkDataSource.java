package io.tomogrid.dicom.json;

import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.VR;
import java.io.IOException;

/** Fetches the values that a JSON document refers to. */
@FunctionalInterface
public interface BulkDataSource {
    /** Takes documents without references only. */
    BulkDataSource NONE = (tag, vr, uri) -> {
        throw new DicomFormatException("DICOM JSON: expected no bulk data URI, got one");
    };

    /**
     * The element with the value that the URI leads to.
     *
     * @throws IOException if there is nothing at this URI
     */
    Element fetch(int tag, VR vr, String uri) throws IOException;
}
