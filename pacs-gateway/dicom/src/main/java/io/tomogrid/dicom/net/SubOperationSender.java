package io.tomogrid.dicom.net;

import java.io.IOException;
import java.io.InputStream;

/** Where the instances of one retrieve go. */
interface SubOperationSender extends AutoCloseable {
    /** Whether the receiver takes this class in this transfer syntax. */
    boolean accepts(Retrievable instance) throws IOException;

    /** @return what the receiver answered, or a failure when it is gone */
    DimseStatus send(Retrievable instance, InputStream data) throws IOException;

    /** Whether the requestor of the retrieve took it back. Never waits. */
    boolean cancelled() throws IOException;

    @Override
    void close();
}
