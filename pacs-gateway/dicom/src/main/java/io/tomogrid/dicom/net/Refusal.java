package io.tomogrid.dicom.net;

import io.tomogrid.dicom.DicomFormatException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a requestor is answered when a handler of one of the DIMSE-N services fails. */
public final class Refusal {
    private static final Logger log = LoggerFactory.getLogger(Refusal.class);

    private Refusal() {}

    /** @param service what failed, for the log; only the log says why if it is no fault of the request */
    public static DimseStatus of(Exception failure, String service, String callingAe) {
        if (failure instanceof RequestRefused refused) {
            return refused.status();
        }
        if (failure instanceof DicomFormatException) {
            return DimseStatus.INVALID_ARGUMENT.because(failure.getMessage());
        }
        log.error("{} with {} failed", service, callingAe, failure);
        return DimseStatus.PROCESSING_FAILURE.because("failed; the log says why");
    }
}
