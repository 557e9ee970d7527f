package io.tomogrid.dcm4che;

import io.tomogrid.dicom.net.CStoreHandler;
import io.tomogrid.dicom.net.CStoreRequest;
import io.tomogrid.dicom.net.DimseStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.dcm4che3.data.Attributes;
import org.dcm4che3.data.Tag;
import org.dcm4che3.net.Association;
import org.dcm4che3.net.Dimse;
import org.dcm4che3.net.PDVInputStream;
import org.dcm4che3.net.pdu.PresentationContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** C-STORE as provider: for an acceptor, and for a requestor during its C-GET. */
final class Storing {
    private static final Logger log = LoggerFactory.getLogger(Storing.class);

    private final CStoreHandler handler;
    private final long mostBytes;
    private final Duration idle;
    private final AtomicLong stores;
    private final AtomicLong bytes;

    /**
     * @param stores counts what was answered Success
     * @param bytes counts what came
     */
    Storing(CStoreHandler handler, long mostBytes, Duration idle, AtomicLong stores, AtomicLong bytes) {
        this.handler = handler;
        this.mostBytes = mostBytes;
        this.idle = idle;
        this.stores = stores;
        this.bytes = bytes;
    }

    void serve(Association association, PresentationContext context, Attributes command, PDVInputStream data)
            throws IOException {
        if (data == null) {
            respond(association, context, command, DimseStatus.CANNOT_UNDERSTAND.because("no data set follows"));
            return;
        }
        CStoreRequest request = new CStoreRequest(
                association.getRemoteAET(),
                association.getLocalAET(),
                command.getString(Tag.AffectedSOPClassUID, ""),
                command.getString(Tag.AffectedSOPInstanceUID, ""),
                context.getTransferSyntax(),
                association.getSocket().getInetAddress());
        IncomingData incoming = new IncomingData(association, data, mostBytes, idle);
        DimseStatus status;
        try {
            status = handler.store(request, incoming);
        } catch (IOException | RuntimeException e) {
            incoming.check();
            log.error("C-STORE of {} failed", request.sopInstanceUid(), e);
            status = DimseStatus.PROCESSING_FAILURE.because("the archive failed; its log says why");
        }
        try {
            incoming.finish();
        } catch (IOException e) {
            incoming.check();
            throw e;
        }
        if (status.isSuccess()) {
            stores.incrementAndGet();
        }
        bytes.addAndGet(incoming.count());
        respond(association, context, command, status);
    }

    private static void respond(
            Association association, PresentationContext context, Attributes command, DimseStatus status)
            throws IOException {
        association.writeDimseRSP(context, Messages.response(Dimse.C_STORE_RQ, command, status));
    }
}
