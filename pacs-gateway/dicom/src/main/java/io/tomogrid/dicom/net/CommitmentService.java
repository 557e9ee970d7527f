package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Storage Commitment in both roles at the acceptor, PS3.4 annex J over PS3.7 sections 10.1.1 and 10.1.4. */
final class CommitmentService {
    private static final Logger log = LoggerFactory.getLogger(CommitmentService.class);
    /** Some 100,000 references. */
    static final int MOST_BYTES = 16 << 20;

    private final Channel channel;
    private final Peer peer;
    private final DimseServices services;

    CommitmentService(Channel channel, Peer peer, DimseServices services) {
        this.channel = channel;
        this.peer = peer;
        this.services = services;
    }

    void action(Channel.Message message) throws IOException {
        CommitmentHandler.Report report;
        try {
            Dataset dataset = channel.readDataSet(message, MOST_BYTES);
            if (services.commitment() == null || !isCommitment(message, Tag.RequestedSOPInstanceUID)) {
                throw new RequestRefused(DimseStatus.NO_SUCH_OBJECT_INSTANCE, "only the push model is served");
            }
            if (message.command().intValue(Tag.ActionTypeID).orElse(0) != CommitmentDatasets.REQUEST_COMMITMENT) {
                throw new RequestRefused(DimseStatus.NO_SUCH_ACTION, "expected action type 1");
            }
            report = services.commitment().requested(CommitmentDatasets.readRequest(peer.callingAe(), dataset));
        } catch (AssociationAborted | MalformedPdu e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            channel.respond(message, Refusal.of(e, "storage commitment", peer.callingAe()));
            return;
        }
        channel.respond(message, DimseStatus.SUCCESS);
        report(message.context(), report);
    }

    /** The response is taken by the association whenever it comes. */
    private void report(Channel.Context context, CommitmentHandler.Report report) throws IOException {
        Optional<CommitmentResult> result;
        try {
            result = report.make();
        } catch (IOException | RuntimeException e) {
            log.error("a storage commitment for {} could not be reported", peer.callingAe(), e);
            return;
        }
        if (result.isPresent()) {
            send(channel, context, result.get());
        }
    }

    /** @return the message's number */
    static int send(Channel channel, Channel.Context context, CommitmentResult result) throws IOException {
        int id = channel.nextMessageId();
        int event = result.failed().isEmpty() ? CommitmentDatasets.ALL_COMMITTED : CommitmentDatasets.SOME_FAILED;
        channel.send(
                context,
                CommandSet.eventReportRequest(
                        id, Uid.StorageCommitmentPushModelSOPClass, CommitmentDatasets.WELL_KNOWN_INSTANCE, event),
                CommitmentDatasets.result(result));
        return id;
    }

    void event(Channel.Message message) throws IOException {
        DimseStatus status;
        try {
            Dataset dataset = channel.readDataSet(message, MOST_BYTES);
            if (services.commitmentResults() == null || !isCommitment(message, Tag.AffectedSOPInstanceUID)) {
                throw new RequestRefused(DimseStatus.NO_SUCH_OBJECT_INSTANCE, "only the push model is served");
            }
            status = services.commitmentResults().reported(peer.callingAe(), CommitmentDatasets.readResult(dataset));
        } catch (AssociationAborted | MalformedPdu e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            status = Refusal.of(e, "storage commitment", peer.callingAe());
        }
        channel.respond(message, status);
    }

    private static boolean isCommitment(Channel.Message message, int instanceTag) {
        return message.context().sopClass().equals(Uid.StorageCommitmentPushModelSOPClass)
                && message.command()
                        .string(instanceTag)
                        .filter(CommitmentDatasets.WELL_KNOWN_INSTANCE::equals)
                        .isPresent();
    }
}
