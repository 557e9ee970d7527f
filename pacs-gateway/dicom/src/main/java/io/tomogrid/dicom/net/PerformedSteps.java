package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.Uids;
import java.io.IOException;

/**
 * What both providers do with a request of the Modality Performed Procedure Step SOP class, PS3.7 sections 10.1.3 and 10.1.5.
 */
public final class PerformedSteps {
    /** Some 100,000 references. */
    public static final int MOST_BYTES = 16 << 20;

    private PerformedSteps() {}

    /** Which of the two it is. */
    public enum Operation {
        CREATE,
        SET
    }

    /** @param sopInstanceUid as the request has it, empty if it has none */
    public record Request(
            Operation operation, String callingAe, String sopClass, String sopInstanceUid, Dataset dataset) {}

    /** @param handler null where the service is not offered @throws RequestRefused and what the handler throws */
    public static void serve(PerformedStepHandler handler, Request request) throws IOException {
        if (handler == null || !request.sopClass().equals(Uid.ModalityPerformedProcedureStepSOPClass)) {
            throw new RequestRefused(DimseStatus.UNRECOGNIZED_OPERATION, "only performed procedure steps are served");
        }
        if (!Uids.valid(request.sopInstanceUid())) {
            throw new RequestRefused(DimseStatus.INVALID_OBJECT_INSTANCE, "the step has no valid SOP Instance UID");
        }
        if (request.operation() == Operation.CREATE) {
            handler.begun(request.callingAe(), request.sopInstanceUid(), request.dataset());
        } else {
            handler.changed(request.callingAe(), request.sopInstanceUid(), request.dataset());
        }
    }
}
