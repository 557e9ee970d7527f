package io.tomogrid.dicom.net;

import java.io.IOException;

/** Verification, Storage, Query/Retrieve and Storage Commitment behind one port. */
public interface DimseServer extends AutoCloseable {
    /** Storage alone. @throws IOException if the port cannot be had; names it */
    static DimseServer start(DimseServerConfig config, CStoreHandler handler) throws IOException {
        return start(config, DimseServices.storing(handler));
    }

    /** By the provider that is chosen. @throws IOException if the port cannot be had; names it */
    static DimseServer start(DimseServerConfig config, DimseServices services) throws IOException {
        return DimseProvider.chosen().start(config, services);
    }

    int port();

    /** @param open associations now @param associations since the start @param stores C-STOREs answered Success */
    record Stats(int open, long associations, long stores, long bytes) {}

    Stats stats();

    /** Takes no more associations, lets requests in progress end for a few seconds, then aborts what is left. */
    @Override
    void close() throws IOException;
}
