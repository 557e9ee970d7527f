package io.tomogrid.dcm4che;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.CommitmentDatasets;
import io.tomogrid.dicom.net.CommitmentHandler;
import io.tomogrid.dicom.net.CommitmentResult;
import io.tomogrid.dicom.net.DimseServices;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.Refusal;
import io.tomogrid.dicom.net.RequestRefused;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.dcm4che3.data.Attributes;
import org.dcm4che3.data.Tag;
import org.dcm4che3.net.Association;
import org.dcm4che3.net.Commands;
import org.dcm4che3.net.Dimse;
import org.dcm4che3.net.DimseRSPHandler;
import org.dcm4che3.net.pdu.PresentationContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Storage Commitment in both roles at the acceptor, PS3.4 annex J. */
final class Commitments {
    private static final Logger log = LoggerFactory.getLogger(Commitments.class);
    /** Some 100,000 references. */
    static final int MOST_BYTES = 16 << 20;

    private final DimseServices services;
    private final Executor threads;

    Commitments(DimseServices services, Executor threads) {
        this.services = services;
        this.threads = threads;
    }

    void serve(Requests.Request request) {
        threads.execute(() -> {
            try {
                if (request.dimse() == Dimse.N_ACTION_RQ) {
                    action(request);
                } else {
                    event(request);
                }
            } catch (IOException | InterruptedException e) {
                log.info(
                        "storage commitment with {} ended: {}",
                        request.association().getRemoteAET(),
                        e.toString());
                request.association().abort();
            } catch (Error e) {
                log.error("association of {} aborted", request.association().getRemoteAET(), e);
                request.association().abort();
            }
        });
    }

    private void action(Requests.Request request) throws IOException, InterruptedException {
        CommitmentHandler.Report report;
        try {
            Dataset dataset = dataset(request);
            if (services.commitment() == null || !isCommitment(request, Tag.RequestedSOPInstanceUID)) {
                throw new RequestRefused(DimseStatus.NO_SUCH_OBJECT_INSTANCE, "only the push model is served");
            }
            if (request.command().getInt(Tag.ActionTypeID, 0) != CommitmentDatasets.REQUEST_COMMITMENT) {
                throw new RequestRefused(DimseStatus.NO_SUCH_ACTION, "expected action type 1");
            }
            report = services.commitment()
                    .requested(
                            CommitmentDatasets.readRequest(request.association().getRemoteAET(), dataset));
        } catch (IOException | RuntimeException e) {
            request.respond(Refusal.of(e, "storage commitment", request.association().getRemoteAET()));
            return;
        }
        request.respond(DimseStatus.SUCCESS);
        report(request, report);
    }

    private static void report(Requests.Request request, CommitmentHandler.Report report)
            throws IOException, InterruptedException {
        Optional<CommitmentResult> result;
        try {
            result = report.make();
        } catch (IOException | RuntimeException e) {
            log.error(
                    "a storage commitment for {} could not be reported",
                    request.association().getRemoteAET(),
                    e);
            return;
        }
        if (result.isPresent()) {
            DimseRSPHandler anyAnswer =
                    new DimseRSPHandler(request.association().nextMessageID());
            send(request.association(), request.context(), result.get(), anyAnswer);
        }
    }

    /** N-EVENT-REPORT, at either end. */
    static void send(
            Association association, PresentationContext context, CommitmentResult result, DimseRSPHandler answer)
            throws IOException, InterruptedException {
        int event = result.failed().isEmpty() ? CommitmentDatasets.ALL_COMMITTED : CommitmentDatasets.SOME_FAILED;
        Attributes command = Commands.mkNEventReportRQ(
                answer.getMessageID(),
                Uid.StorageCommitmentPushModelSOPClass,
                CommitmentDatasets.WELL_KNOWN_INSTANCE,
                event,
                null);
        association.invoke(
                context,
                Messages.withDataSet(command),
                Messages.writer(CommitmentDatasets.result(result)),
                answer,
                0,
                association.getConnection().getResponseTimeout());
    }

    private void event(Requests.Request request) throws IOException {
        DimseStatus status;
        try {
            Dataset dataset = dataset(request);
            if (services.commitmentResults() == null || !isCommitment(request, Tag.AffectedSOPInstanceUID)) {
                throw new RequestRefused(DimseStatus.NO_SUCH_OBJECT_INSTANCE, "only the push model is served");
            }
            status = services.commitmentResults()
                    .reported(request.association().getRemoteAET(), CommitmentDatasets.readResult(dataset));
        } catch (IOException | RuntimeException e) {
            status = Refusal.of(e, "storage commitment", request.association().getRemoteAET());
        }
        request.respond(status);
    }

    static Dataset dataset(Requests.Request request) throws IOException {
        if (request.data() == null) {
            throw new DicomFormatException("no data set follows, or one of more than " + MOST_BYTES + " bytes");
        }
        return Messages.decode(request.data(), request.context().getTransferSyntax());
    }

    private static boolean isCommitment(Requests.Request request, int instanceTag) {
        return request.sopClass().equals(Uid.StorageCommitmentPushModelSOPClass)
                && CommitmentDatasets.WELL_KNOWN_INSTANCE.equals(
                        request.command().getString(instanceTag));
    }
}
