package io.tomogrid.dicom.net;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Where the instances of one retrieve go. */
public interface SubOperationSender extends AutoCloseable {
    /** Whether there is a receiver. */
    boolean isOpen();

    /** The transfer syntax in which the receiver takes an instance, its own one if that is possible. */
    Optional<String> syntaxFor(Retrievable instance);

    /** @return what the receiver answered, or a failure when it is gone */
    DimseStatus send(Retrievable instance, String transferSyntax, InputStream data) throws IOException;

    /** Whether the requestor of the retrieve took it back. Never waits. */
    boolean cancelled() throws IOException;

    @Override
    void close();
}
