package io.tomogrid.dicom.net;

import java.io.IOException;

/** A Storage Commitment SCU takes reports, PS3.4 section J.3.3. Called by many associations at once. */
@FunctionalInterface
public interface CommitmentResultHandler {
    /** @param callingAe who reports @return what it is answered */
    DimseStatus reported(String callingAe, CommitmentResult result) throws IOException;
}
