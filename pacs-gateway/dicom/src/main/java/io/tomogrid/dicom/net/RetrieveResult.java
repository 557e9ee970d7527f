package io.tomogrid.dicom.net;

import java.util.List;

/**
 * How a C-MOVE or C-GET ended.
 *
 * @param status the final one
 * @param completed sub-operations that went well, of the last response that told
 * @param failed those that did not
 * @param warning those that went well with a remark
 * @param failedInstances SOP Instance UIDs that were not sent, as far as the peer tells them
 */
public record RetrieveResult(DimseStatus status, int completed, int failed, int warning, List<String> failedInstances) {
    public RetrieveResult {
        failedInstances = List.copyOf(failedInstances);
    }

    /** Told after each sub-operation that the peer reports. */
    @FunctionalInterface
    public interface Progress {
        /** @return false to cancel */
        boolean at(int remaining, int completed, int failed);
    }
}
