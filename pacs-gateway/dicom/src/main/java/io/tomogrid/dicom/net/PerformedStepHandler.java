package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import java.io.IOException;

/** A Modality Performed Procedure Step SCP, PS3.4 section F.7. Called by many associations at once. */
public interface PerformedStepHandler {
    /**
     * N-CREATE: a modality begins a step.
     *
     * @throws RequestRefused if there is something wrong with it
     * @throws IOException answered as 0x0110 Processing failure; the association goes on
     */
    void begun(String callingAe, String sopInstanceUid, Dataset step) throws IOException;

    /** N-SET: what has changed in it, such as its end. @throws RequestRefused as for {@link #begun} */
    void changed(String callingAe, String sopInstanceUid, Dataset changes) throws IOException;
}
