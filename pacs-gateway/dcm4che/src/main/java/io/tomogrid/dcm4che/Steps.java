package io.tomogrid.dcm4che;

import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.PerformedStepHandler;
import io.tomogrid.dicom.net.PerformedSteps;
import io.tomogrid.dicom.net.Refusal;
import java.io.IOException;
import org.dcm4che3.data.Tag;
import org.dcm4che3.net.Dimse;

/** Modality Performed Procedure Step at the acceptor, PS3.4 section F.7. */
final class Steps {
    private final PerformedStepHandler handler;

    Steps(PerformedStepHandler handler) {
        this.handler = handler;
    }

    void serve(Requests.Request request) throws IOException {
        boolean create = request.dimse() == Dimse.N_CREATE_RQ;
        String peer = request.association().getRemoteAET();
        DimseStatus status = DimseStatus.SUCCESS;
        try {
            PerformedSteps.serve(
                    handler,
                    new PerformedSteps.Request(
                            create ? PerformedSteps.Operation.CREATE : PerformedSteps.Operation.SET,
                            peer,
                            request.sopClass(),
                            request.command()
                                    .getString(create ? Tag.AffectedSOPInstanceUID : Tag.RequestedSOPInstanceUID, ""),
                            Commitments.dataset(request)));
        } catch (IOException | RuntimeException e) {
            status = Refusal.of(e, "a performed procedure step", peer);
        }
        request.respond(status);
    }
}
