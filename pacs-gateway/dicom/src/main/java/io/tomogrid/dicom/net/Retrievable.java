package io.tomogrid.dicom.net;

import java.io.IOException;
import java.io.InputStream;

/** An instance that a C-GET or C-MOVE retrieves. */
public interface Retrievable {
    String sopClassUid();

    String sopInstanceUid();

    /** Of the data set as it is kept. */
    String transferSyntax();

    /**
     * The encoded data set; the caller closes it.
     *
     * @throws IOException the sub-operation fails and the others go on; once the stream was opened, a failure ends the
     *     association on which it is sent
     */
    InputStream open() throws IOException;
}
