package io.tomogrid.dicom.net;

import java.util.List;

/** What became of a request for storage commitment, PS3.4 section J.3.3. */
public record CommitmentResult(String transactionUid, List<SopReference> committed, List<Failure> failed) {
    /** Reasons of PS3.3 section C.14.1.1. */
    public static final int PROCESSING_FAILURE = 0x0110;

    public static final int NO_SUCH_OBJECT_INSTANCE = 0x0112;
    public static final int CLASS_INSTANCE_CONFLICT = 0x0119;

    public CommitmentResult {
        committed = List.copyOf(committed);
        failed = List.copyOf(failed);
    }

    /** @param reason (0008,1197) Failure Reason */
    public record Failure(SopReference instance, int reason) {}
}
