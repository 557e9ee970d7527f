package io.tomogrid.dcm4che;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationAborted;
import io.tomogrid.dicom.net.AssociationRejected;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.CStoreHandler;
import io.tomogrid.dicom.net.CommitmentDatasets;
import io.tomogrid.dicom.net.CommitmentResult;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.MatchConsumer;
import io.tomogrid.dicom.net.NoPresentationContext;
import io.tomogrid.dicom.net.RetrieveResult;
import io.tomogrid.dicom.net.SopReference;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.dcm4che3.data.Attributes;
import org.dcm4che3.data.Tag;
import org.dcm4che3.data.VR;
import org.dcm4che3.net.ApplicationEntity;
import org.dcm4che3.net.Commands;
import org.dcm4che3.net.Connection;
import org.dcm4che3.net.DataWriter;
import org.dcm4che3.net.Device;
import org.dcm4che3.net.IncompatibleConnectionException;
import org.dcm4che3.net.pdu.AAssociateRJ;
import org.dcm4che3.net.pdu.AAssociateRQ;
import org.dcm4che3.net.pdu.PresentationContext;
import org.dcm4che3.net.pdu.RoleSelection;

/** An association that dcm4che opens. Data sets of requests go out as they are; those of matches are decoded by dcm4che. */
final class Dcm4cheAssociation implements Association {
    private static final long MOST_BYTES = 4L << 30;
    private static final long LOOK_MILLIS = 20;
    private static final int MOST_RELEASE_MILLIS = 10_000;
    private static final ExecutorService THREADS = Threads.perTask("dcm4che-client");
    private static final ScheduledExecutorService TIMER = Threads.timer("dcm4che-client-timer");

    private final AssociationRequest request;
    private final PeerRequests fromPeer;
    private final org.dcm4che3.net.Association association;
    private boolean usable = true;

    private Dcm4cheAssociation(
            AssociationRequest request, PeerRequests fromPeer, org.dcm4che3.net.Association association) {
        this.request = request;
        this.fromPeer = fromPeer;
        this.association = association;
    }

    static Dcm4cheAssociation open(AssociationRequest request) throws IOException {
        int response = (int) request.response().toMillis();
        Connection local = new Connection();
        local.setConnectTimeout((int) request.connect().toMillis());
        local.setAcceptTimeout(response);
        local.setResponseTimeout(response);
        local.setRetrieveTimeout(response);
        local.setReleaseTimeout(Math.min(response, MOST_RELEASE_MILLIS));
        local.setReceivePDULength(Dcm4cheProvider.MAX_PDU);
        local.setSendPDULength(Dcm4cheProvider.MAX_PDU);
        Device device = new Device("tomogrid");
        device.setExecutor(THREADS);
        device.setScheduledExecutor(TIMER);
        PeerRequests fromPeer = new PeerRequests(request.response());
        device.setDimseRQHandler(fromPeer);
        device.addConnection(local);
        ApplicationEntity entity = new ApplicationEntity(request.callingAe());
        device.addApplicationEntity(entity);
        entity.addConnection(local);
        Connection remote = new Connection();
        remote.setHostname(request.host());
        remote.setPort(request.port());
        try {
            return new Dcm4cheAssociation(request, fromPeer, entity.connect(local, remote, proposal(request)));
        } catch (AAssociateRJ rj) {
            throw new AssociationRejected(rj.getResult(), rj.getSource(), rj.getReason());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssociationAborted("interrupted while the association was opened", e);
        } catch (IncompatibleConnectionException | GeneralSecurityException e) {
            throw new IOException("the association cannot be opened: " + e.getMessage(), e);
        }
    }

    private static AAssociateRQ proposal(AssociationRequest request) {
        AAssociateRQ rq = new AAssociateRQ();
        rq.setCallingAET(request.callingAe());
        rq.setCalledAET(request.calledAe());
        request.contexts()
                .forEach(c -> rq.addPresentationContext(new PresentationContext(
                        c.id(), c.abstractSyntax(), c.transferSyntaxes().toArray(String[]::new))));
        request.roles().forEach(r -> rq.addRoleSelection(new RoleSelection(r.sopClass(), r.scu(), r.scp())));
        return rq;
    }

    @Override
    public boolean accepts(String sopClass, String transferSyntax) {
        return association.getTransferSyntaxesFor(sopClass).contains(transferSyntax);
    }

    @Override
    public boolean accepts(String sopClass) {
        return !association.getTransferSyntaxesFor(sopClass).isEmpty();
    }

    @Override
    public DimseStatus echo() throws IOException {
        PresentationContext context = context(Uid.Verification);
        return guarded(responses -> {
            invoke(context, Commands.mkCEchoRQ(responses.getMessageID(), Uid.Verification), null, responses);
            return status(responses);
        });
    }

    @Override
    public DimseStatus store(
            String sopClass,
            String sopInstance,
            String transferSyntax,
            InputStream dataset,
            AssociationRequest.Originator originator)
            throws IOException {
        if (!accepts(sopClass, transferSyntax)) {
            throw new NoPresentationContext(sopClass, transferSyntax);
        }
        PresentationContext context = association.pcFor(sopClass, transferSyntax);
        return guarded(responses -> {
            Attributes command = Commands.mkCStoreRQ(responses.getMessageID(), sopClass, sopInstance, 0);
            if (originator != null) {
                command.setString(Tag.MoveOriginatorApplicationEntityTitle, VR.AE, originator.aeTitle());
                command.setInt(Tag.MoveOriginatorMessageID, VR.US, originator.messageId());
            }
            invoke(context, command, (out, syntax) -> out.copyFrom(dataset), responses);
            return status(responses);
        });
    }

    @Override
    public DimseStatus find(String sopClass, Dataset identifier, MatchConsumer matches) throws IOException {
        PresentationContext context = context(sopClass);
        return guarded(responses -> {
            Attributes command = Commands.mkCFindRQ(responses.getMessageID(), sopClass, 0);
            invoke(context, command, Messages.writer(identifier), responses);
            while (true) {
                Responses.Response response = responses.next();
                DimseStatus status = Messages.status(response.command());
                if (status.isPending()
                        && response.data() != null
                        && !responses.isCanceled()
                        && !matches.match(Messages.fromAttributes(response.data()))) {
                    responses.cancel(association);
                }
                responses.taken();
                if (!status.isPending()) {
                    return status;
                }
            }
        });
    }

    @Override
    public RetrieveResult move(
            String sopClass, Dataset identifier, String destination, RetrieveResult.Progress progress)
            throws IOException {
        PresentationContext context = context(sopClass);
        return guarded(responses -> {
            Attributes command = Commands.mkCMoveRQ(responses.getMessageID(), sopClass, 0, destination);
            invoke(context, command, Messages.writer(identifier), responses);
            return retrieved(responses, progress);
        });
    }

    @Override
    public RetrieveResult get(
            String sopClass, Dataset identifier, CStoreHandler handler, RetrieveResult.Progress progress)
            throws IOException {
        PresentationContext context = context(sopClass);
        Storing storing = new Storing(handler, MOST_BYTES, request.response(), new AtomicLong(), new AtomicLong());
        fromPeer.expect(storing);
        try {
            return guarded(responses -> {
                Attributes command = Commands.mkCGetRQ(responses.getMessageID(), sopClass, 0);
                invoke(context, command, Messages.writer(identifier), responses);
                return retrieved(responses, progress);
            });
        } finally {
            fromPeer.expect(null);
        }
    }

    private RetrieveResult retrieved(Responses responses, RetrieveResult.Progress progress)
            throws IOException, InterruptedException {
        while (true) {
            Responses.Response response = responses.next();
            Attributes command = response.command();
            DimseStatus status = Messages.status(command);
            int completed = command.getInt(Tag.NumberOfCompletedSuboperations, 0);
            int failed = command.getInt(Tag.NumberOfFailedSuboperations, 0);
            int remaining = command.getInt(Tag.NumberOfRemainingSuboperations, 0);
            if (status.isPending() && !responses.isCanceled() && !progress.at(remaining, completed, failed)) {
                responses.cancel(association);
            }
            responses.taken();
            if (!status.isPending()) {
                String[] names =
                        response.data() == null ? null : response.data().getStrings(Tag.FailedSOPInstanceUIDList);
                return new RetrieveResult(
                        status,
                        completed,
                        failed,
                        command.getInt(Tag.NumberOfWarningSuboperations, 0),
                        names == null ? List.of() : List.of(names));
            }
        }
    }

    @Override
    public DimseStatus requestCommitment(String transactionUid, List<SopReference> instances) throws IOException {
        PresentationContext context = context(Uid.StorageCommitmentPushModelSOPClass);
        return guarded(responses -> {
            Attributes command = Commands.mkNActionRQ(
                    responses.getMessageID(),
                    Uid.StorageCommitmentPushModelSOPClass,
                    CommitmentDatasets.WELL_KNOWN_INSTANCE,
                    CommitmentDatasets.REQUEST_COMMITMENT,
                    null);
            invoke(
                    context,
                    Messages.withDataSet(command),
                    Messages.writer(CommitmentDatasets.request(transactionUid, instances)),
                    responses);
            return status(responses);
        });
    }

    @Override
    public Optional<CommitmentResult> awaitCommitment(Duration most) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + most.toNanos();
        while (true) {
            CommitmentResult report = fromPeer.reports().poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (report != null || System.nanoTime() >= deadline) {
                return Optional.ofNullable(report);
            }
            if (!association.isReadyForDataTransfer()) {
                throw new AssociationAborted("the association ended before a report came", association.getException());
            }
        }
    }

    @Override
    public DimseStatus reportCommitment(CommitmentResult result) throws IOException {
        PresentationContext context = context(Uid.StorageCommitmentPushModelSOPClass);
        return guarded(responses -> {
            Commitments.send(association, context, result, responses);
            return status(responses);
        });
    }

    @Override
    public void close() {
        if (!usable) {
            return;
        }
        usable = false;
        try {
            association.waitForOutstandingRSP();
            association.release();
            association.waitForSocketClose();
        } catch (IOException gone) {
            // the peer left without the answer to our release: nothing is lost by that
        } catch (InterruptedException e) {
            association.abort();
            Thread.currentThread().interrupt();
        }
    }

    private PresentationContext context(String sopClass) throws IOException {
        if (!accepts(sopClass)) {
            throw new NoPresentationContext(sopClass, Uid.ImplicitVRLittleEndian);
        }
        return association.pcFor(sopClass, null);
    }

    private void invoke(PresentationContext context, Attributes command, DataWriter data, Responses responses)
            throws IOException, InterruptedException {
        association.invoke(
                context, command, data, responses, 0, (int) request.response().toMillis());
    }

    private static DimseStatus status(Responses responses) throws IOException, InterruptedException {
        DimseStatus status = Messages.status(responses.next().command());
        responses.taken();
        return status;
    }

    @FunctionalInterface
    private interface Exchange<T> {
        T run(Responses responses) throws IOException, InterruptedException;
    }

    /** After a failure in the middle nothing is known about what the peer expects: the association is not used again. */
    private <T> T guarded(Exchange<T> exchange) throws IOException {
        if (!usable) {
            throw new AssociationAborted("the association has ended already");
        }
        Responses responses = new Responses(association.nextMessageID());
        boolean done = false;
        try {
            T result = exchange.run(responses);
            done = true;
            return result;
        } catch (AssociationAborted e) {
            throw e;
        } catch (IOException e) {
            throw new AssociationAborted("the association broke: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssociationAborted("interrupted", e);
        } finally {
            if (!done) {
                usable = false;
                responses.abandon();
                association.abort();
            }
        }
    }
}
