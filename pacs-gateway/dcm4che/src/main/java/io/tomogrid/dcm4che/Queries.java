package io.tomogrid.dcm4che;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.AssociationAborted;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.CMoveHandler;
import io.tomogrid.dicom.net.DimseServices;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.Negotiation;
import io.tomogrid.dicom.net.QueryRequest;
import io.tomogrid.dicom.net.RequestRefused;
import io.tomogrid.dicom.net.Retrievable;
import io.tomogrid.dicom.net.Retrieval;
import io.tomogrid.dicom.net.SubOperationSender;
import io.tomogrid.dicom.net.SubOperations;
import io.tomogrid.dicom.net.ToThirdParty;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dcm4che3.data.Attributes;
import org.dcm4che3.data.Tag;
import org.dcm4che3.net.Dimse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** C-FIND, C-MOVE and C-GET as provider, each on a thread of its own while dcm4che's reading thread looks for C-CANCEL. */
final class Queries {
    private static final Logger log = LoggerFactory.getLogger(Queries.class);
    static final int MOST_IDENTIFIER = 1 << 20;

    private final DimseServices services;
    private final Executor threads;

    Queries(DimseServices services, Executor threads) {
        this.services = services;
        this.threads = threads;
    }

    boolean serves(Dimse dimse, String sopClass) {
        return switch (dimse) {
            case C_FIND_RQ -> services.find() != null && Negotiation.FIND.contains(sopClass);
            case C_MOVE_RQ -> services.move() != null && Negotiation.MOVE.contains(sopClass);
            case C_GET_RQ -> services.get() != null && Negotiation.GET.contains(sopClass);
            default -> false;
        };
    }

    void serve(Requests.Request request) {
        AtomicBoolean cancelled = new AtomicBoolean();
        request.association().addCancelRQHandler(request.messageId(), association -> cancelled.set(true));
        threads.execute(() -> {
            try {
                answer(request, cancelled);
            } catch (IOException e) {
                log.info(
                        "{} of {} ended: {}",
                        request.dimse(),
                        request.association().getRemoteAET(),
                        e.toString());
                request.association().abort();
            } catch (Error e) {
                log.error("association of {} aborted", request.association().getRemoteAET(), e);
                request.association().abort();
            } finally {
                request.association().removeCancelRQHandler(request.messageId());
            }
        });
    }

    private void answer(Requests.Request request, AtomicBoolean cancelled) throws IOException {
        String caller = request.association().getRemoteAET();
        DimseStatus refused;
        try {
            if (request.data() == null) {
                throw new DicomFormatException(
                        "no data set follows, or one of more than " + MOST_IDENTIFIER + " bytes");
            }
            perform(request, query(request), cancelled);
            return;
        } catch (AssociationAborted e) {
            throw e;
        } catch (RequestRefused e) {
            log.info("{} of {} refused: {}", request.dimse(), caller, e.status());
            refused = e.status();
        } catch (DicomFormatException e) {
            log.info("{} of {} is malformed: {}", request.dimse(), caller, e.getMessage());
            refused = DimseStatus.IDENTIFIER_DOES_NOT_MATCH.because(e.getMessage());
        } catch (IOException | RuntimeException e) {
            log.error("{} of {} failed", request.dimse(), caller, e);
            refused = DimseStatus.UNABLE_TO_PROCESS.because("failed; the log of the SCP says why");
        }
        request.respond(refused);
    }

    private static QueryRequest query(Requests.Request request) throws IOException {
        return new QueryRequest(
                request.association().getRemoteAET(),
                request.association().getLocalAET(),
                request.sopClass(),
                Messages.decode(request.data(), request.context().getTransferSyntax()),
                request.association().getSocket().getInetAddress(),
                false);
    }

    private void perform(Requests.Request request, QueryRequest query, AtomicBoolean cancelled) throws IOException {
        if (request.dimse() == Dimse.C_FIND_RQ) {
            DimseStatus status = services.find().find(query, (match, pending) -> {
                if (!cancelled.get()) {
                    write(request, Messages.response(request.dimse(), request.command(), pending), match);
                }
                return !cancelled.get();
            });
            write(
                    request,
                    Messages.response(
                            request.dimse(), request.command(), cancelled.get() ? DimseStatus.CANCEL : status),
                    null);
        } else if (request.dimse() == Dimse.C_MOVE_RQ) {
            CMoveHandler.Move move =
                    services.move().move(query, request.command().getString(Tag.MoveDestination, ""));
            try (SubOperationSender sender = new ToThirdParty(
                    new Dcm4cheProvider(),
                    move,
                    new AssociationRequest.Originator(query.callingAe(), request.messageId()),
                    cancelled::get)) {
                retrieve(request, move.instances(), sender);
            }
        } else {
            try (SubOperationSender sender = new OnSameAssociation(request.association(), cancelled)) {
                retrieve(request, services.get().get(query), sender);
            }
        }
    }

    private static void retrieve(Requests.Request request, List<Retrievable> instances, SubOperationSender sender)
            throws IOException {
        Retrieval.run(
                instances,
                sender,
                (counts, status) -> write(
                        request,
                        Messages.response(request.dimse(), request.command(), status, counts),
                        status.isPending() ? null : failed(counts)));
    }

    private static Dataset failed(SubOperations counts) {
        // dcm4che gets it in explicit VR, whatever the association has
        return counts.anyFailed() ? counts.failedList(Uid.ExplicitVRLittleEndian) : null;
    }

    /** A connection that breaks then is AssociationAborted, so that no handler takes it for its own fault. */
    private static void write(Requests.Request request, Attributes response, Dataset data) throws IOException {
        Attributes attributes = data == null ? null : Messages.toAttributes(data);
        try {
            request.association().writeDimseRSP(request.context(), response, attributes);
        } catch (IOException e) {
            throw new AssociationAborted("the connection broke while a message was sent", e);
        }
    }
}
