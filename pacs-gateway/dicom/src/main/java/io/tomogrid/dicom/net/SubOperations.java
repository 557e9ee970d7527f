package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.util.ArrayList;
import java.util.List;

/** How the sub-operations of one retrieve fare, PS3.4 sections C.4.2.1 and C.4.3.1. */
public final class SubOperations {
    private int remaining;
    private int completed;
    private int warning;
    private final List<String> failed = new ArrayList<>();
    private String reason = "";

    public SubOperations(int all) {
        this.remaining = all;
    }

    public void ended(String sopInstanceUid, DimseStatus status) {
        remaining--;
        if (status.isSuccess()) {
            completed++;
        } else if (status.isWarning()) {
            warning++;
        } else {
            failed.add(sopInstanceUid);
            if (reason.isEmpty()) {
                reason = status.comment();
            }
        }
    }

    /** Success when all went well, failure when none did, else a warning; both with the first reason that is known. */
    public DimseStatus outcome() {
        if (failed.isEmpty() && warning == 0) {
            return DimseStatus.SUCCESS;
        }
        return completed + warning == 0
                ? DimseStatus.CANNOT_PERFORM_SUB_OPERATIONS.because(
                        reason.isEmpty() ? "no instance could be sent" : reason)
                : DimseStatus.SUB_OPERATIONS_FAILED.because(reason);
    }

    public int remaining() {
        return remaining;
    }

    public int completed() {
        return completed;
    }

    public int warning() {
        return warning;
    }

    public int failed() {
        return failed.size();
    }

    /** A response with the counts; what remains is told while there may be more to come. */
    Dataset response(Dataset request, DimseStatus status) {
        Dataset response = CommandSet.response(request, status)
                .put(Tag.NumberOfCompletedSuboperations, completed)
                .put(Tag.NumberOfFailedSuboperations, failed.size())
                .put(Tag.NumberOfWarningSuboperations, warning);
        if (status.isPending() || status.code() == DimseStatus.CANCEL.code()) {
            response.put(Tag.NumberOfRemainingSuboperations, remaining);
        }
        return response;
    }

    public boolean anyFailed() {
        return !failed.isEmpty();
    }

    /** The identifier of a final response that names what was not sent. */
    public Dataset failedList(String transferSyntax) {
        List<String> fitting = failed;
        // In explicit VR a value of UI ends at 64 KiB; of a longer list the beginning is told and the count is right.
        int most = transferSyntax.equals(Uid.ImplicitVRLittleEndian) ? failed.size() : 1000;
        if (failed.size() > most) {
            fitting = failed.subList(0, most);
        }
        return new Dataset().put(Tag.FailedSOPInstanceUIDList, fitting.toArray(String[]::new));
    }
}
