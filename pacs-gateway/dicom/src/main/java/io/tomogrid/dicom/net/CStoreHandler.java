package io.tomogrid.dicom.net;

import java.io.IOException;
import java.io.InputStream;

/** What a Storage SCP does with an instance. Called by many associations at once. */
@FunctionalInterface
public interface CStoreHandler {
    /**
     * @param dataset the encoded data set as it comes off the wire, without being collected first; ends with
     *     {@link AssociationAborted} when the sender goes away in the middle: then nothing may be kept of it
     * @return what the sender is answered; after Success the instance must be safe
     * @throws IOException answered as 0x0110 Processing failure; the association goes on
     */
    DimseStatus store(CStoreRequest request, InputStream dataset) throws IOException;
}
