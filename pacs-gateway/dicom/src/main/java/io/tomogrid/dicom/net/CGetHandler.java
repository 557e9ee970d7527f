package io.tomogrid.dicom.net;

import java.io.IOException;
import java.util.List;

/** What a Retrieve SCP sends back on the same association, PS3.4 section C.4.3. Called by many associations at once. */
@FunctionalInterface
public interface CGetHandler {
    /**
     * @throws RequestRefused if the identifier cannot be served
     * @throws IOException answered as 0xC000 Unable to process; the association goes on
     */
    List<Retrievable> get(QueryRequest request) throws IOException;
}
