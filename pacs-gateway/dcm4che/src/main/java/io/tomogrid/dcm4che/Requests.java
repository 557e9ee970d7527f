package io.tomogrid.dcm4che;

import io.tomogrid.dicom.net.DimseServerConfig;
import io.tomogrid.dicom.net.DimseServices;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.PerformedSteps;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.dcm4che3.data.Attributes;
import org.dcm4che3.data.Tag;
import org.dcm4che3.net.Association;
import org.dcm4che3.net.Commands;
import org.dcm4che3.net.Dimse;
import org.dcm4che3.net.DimseRQHandler;
import org.dcm4che3.net.PDVInputStream;
import org.dcm4che3.net.pdu.AAbort;
import org.dcm4che3.net.pdu.PresentationContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to an acceptor. dcm4che calls it on the association's reading thread: data sets are read there, and stores are
 * done there; what may be cancelled meanwhile, or sends requests of its own, goes to another thread.
 */
final class Requests implements DimseRQHandler {
    private static final Logger log = LoggerFactory.getLogger(Requests.class);

    private final DimseServerConfig config;
    private final Storing storing;
    private final Queries queries;
    private final Commitments commitments;
    private final Steps steps;
    private final boolean takesSteps;

    Requests(Dcm4cheServer server, DimseServerConfig config, DimseServices services, Executor threads) {
        this.config = config;
        this.storing =
                new Storing(services.store(), config.maxDataSetBytes(), config.idle(), server.stores, server.bytes);
        this.queries = new Queries(services, threads);
        this.commitments = new Commitments(services, threads);
        this.steps = new Steps(services.steps());
        this.takesSteps = services.steps() != null;
    }

    /** A request whose data set has been read. @param data null if there was none, or too much of it */
    record Request(Association association, PresentationContext context, Dimse dimse, Attributes command, byte[] data) {
        String sopClass() {
            return association.getAbstractSyntax(context.getPCID());
        }

        int messageId() {
            return command.getInt(Tag.MessageID, 0);
        }

        void respond(DimseStatus status) throws IOException {
            association.writeDimseRSP(context, Messages.response(dimse, command, status));
        }
    }

    /** What dcm4che does not expect would leave the connection open and its peer waiting: it ends the association. */
    @Override
    public void onDimseRQ(
            Association association, PresentationContext context, Dimse dimse, Attributes command, PDVInputStream data)
            throws IOException {
        try {
            dispatch(association, context, dimse, command, data);
        } catch (RuntimeException | Error e) {
            log.error("association of {} aborted", association.getRemoteAET(), e);
            throw new AAbort(AAbort.UL_SERIVE_PROVIDER, AAbort.REASON_NOT_SPECIFIED);
        }
    }

    private void dispatch(
            Association association, PresentationContext context, Dimse dimse, Attributes command, PDVInputStream data)
            throws IOException {
        String sopClass = association.getAbstractSyntax(context.getPCID());
        if (dimse == Dimse.C_ECHO_RQ) {
            association.writeDimseRSP(context, Commands.mkEchoRSP(command, DimseStatus.SUCCESS.code()));
        } else if (dimse == Dimse.C_STORE_RQ) {
            storing.serve(association, context, command, data);
        } else if (queries.serves(dimse, sopClass)) {
            queries.serve(read(association, context, dimse, command, data, Queries.MOST_IDENTIFIER));
        } else if (dimse == Dimse.N_ACTION_RQ || dimse == Dimse.N_EVENT_REPORT_RQ) {
            commitments.serve(read(association, context, dimse, command, data, Commitments.MOST_BYTES));
        } else if (takesSteps && (dimse == Dimse.N_CREATE_RQ || dimse == Dimse.N_SET_RQ)) {
            steps.serve(read(association, context, dimse, command, data, PerformedSteps.MOST_BYTES));
        } else {
            read(association, context, dimse, command, data, 0).respond(DimseStatus.UNRECOGNIZED_OPERATION);
        }
    }

    private Request read(
            Association association,
            PresentationContext context,
            Dimse dimse,
            Attributes command,
            PDVInputStream data,
            int most)
            throws IOException {
        byte[] bytes = null;
        if (data != null) {
            IncomingData incoming = new IncomingData(association, data, config.maxDataSetBytes(), config.idle());
            try {
                bytes = incoming.readAtMost(most);
                incoming.finish();
            } catch (IOException e) {
                incoming.check();
                throw e;
            }
        }
        return new Request(association, context, dimse, command, bytes);
    }

    @Override
    public void onClose(Association association) {
        // what is under way finds out when it sends
    }
}
