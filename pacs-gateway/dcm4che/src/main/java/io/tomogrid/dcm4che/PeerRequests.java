package io.tomogrid.dcm4che;

import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.net.CommitmentDatasets;
import io.tomogrid.dicom.net.CommitmentResult;
import io.tomogrid.dicom.net.DimseStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.dcm4che3.data.Attributes;
import org.dcm4che3.net.Association;
import org.dcm4che3.net.Dimse;
import org.dcm4che3.net.DimseRQHandler;
import org.dcm4che3.net.PDVInputStream;
import org.dcm4che3.net.pdu.AAbort;
import org.dcm4che3.net.pdu.PresentationContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a peer may ask of a requestor: stores during a C-GET, and reports of storage commitment. */
final class PeerRequests implements DimseRQHandler {
    private static final Logger log = LoggerFactory.getLogger(PeerRequests.class);

    private final Duration idle;
    private final BlockingQueue<CommitmentResult> reports = new LinkedBlockingQueue<>();
    private volatile Storing storing;

    PeerRequests(Duration idle) {
        this.idle = idle;
    }

    BlockingQueue<CommitmentResult> reports() {
        return reports;
    }

    /** @param stores while a C-GET runs, then null */
    void expect(Storing stores) {
        storing = stores;
    }

    @Override
    public void onDimseRQ(
            Association association, PresentationContext context, Dimse dimse, Attributes command, PDVInputStream data)
            throws IOException {
        Storing expected = storing;
        if (dimse == Dimse.C_STORE_RQ && expected != null) {
            try {
                expected.serve(association, context, command, data);
            } catch (RuntimeException | Error e) {
                log.error("the association with {} is aborted", association.getRemoteAET(), e);
                throw new AAbort(AAbort.UL_SERIVE_PROVIDER, AAbort.REASON_NOT_SPECIFIED);
            }
        } else if (dimse == Dimse.N_EVENT_REPORT_RQ && data != null) {
            association.writeDimseRSP(context, Messages.response(dimse, command, report(association, context, data)));
        } else {
            throw new AAbort(AAbort.UL_SERIVE_PROVIDER, AAbort.UNEXPECTED_PDU);
        }
    }

    private DimseStatus report(Association association, PresentationContext context, PDVInputStream data)
            throws IOException {
        IncomingData incoming = new IncomingData(association, data, Commitments.MOST_BYTES, idle);
        byte[] bytes;
        try {
            bytes = incoming.readAllBytes();
            incoming.finish();
        } catch (IOException e) {
            incoming.check();
            throw e;
        }
        try {
            reports.add(CommitmentDatasets.readResult(Messages.decode(bytes, context.getTransferSyntax())));
            return DimseStatus.SUCCESS;
        } catch (DicomFormatException e) {
            return DimseStatus.INVALID_ARGUMENT.because(e.getMessage());
        }
    }

    @Override
    public void onClose(Association association) {
        // who waits for a report sees the association's end
    }
}
