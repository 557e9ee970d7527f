package io.tomogrid.dicom.net;

/**
 * What every DIMSE provider must show; each kind of thing has a subclass, and each provider a test that runs them all, at
 * both ends and against our own implementation at either end.
 */
public abstract class DimseContract {
    final DimseProvider acceptor;
    final DimseProvider client;

    /** @param acceptor starts the servers @param client opens the associations */
    protected DimseContract(DimseProvider acceptor, DimseProvider client) {
        this.acceptor = acceptor;
        this.client = client;
    }
}
