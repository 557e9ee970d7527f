package io.tomogrid.node.demo;

import io.tomogrid.dicom.Part10File;
import java.io.IOException;

/** Where the demo's results go. */
public interface Pacs extends AutoCloseable {
    String aeTitle();

    int port();

    /** Where a person finds what it holds. */
    String where();

    /** Whether it holds this instance now, asked of the PACS itself. */
    boolean holds(String sopInstanceUid) throws IOException;

    /**
     * An instance that it holds, as it keeps it.
     *
     * @throws IOException also if it does not hold it
     */
    Part10File read(String sopInstanceUid) throws IOException;

    @Override
    void close() throws IOException;
}
