package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import java.io.IOException;

/** What a Query SCP answers, PS3.4 section C.4.1. Called by many associations at once. */
@FunctionalInterface
public interface CFindHandler {
    /**
     * @param matches takes each match as soon as it is known
     * @return the final status; when the requestor cancelled, it is answered that instead
     * @throws RequestRefused if the identifier cannot be served
     * @throws IOException answered as 0xC000 Unable to process; the association goes on
     */
    DimseStatus find(QueryRequest request, Matches matches) throws IOException;

    /** Sends matches to the requestor. */
    @FunctionalInterface
    interface Matches {
        /**
         * @param status {@link DimseStatus#PENDING} or {@link DimseStatus#PENDING_WITHOUT_SOME_KEYS}
         * @return false when the requestor cancelled: nothing was sent, and no more is wanted
         */
        boolean send(Dataset match, DimseStatus status) throws IOException;
    }
}
