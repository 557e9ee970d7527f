package io.tomogrid.gateway.delivery;

import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.CommitmentResult;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.gateway.GatewayProperties.DeliveryPolicy;
import io.tomogrid.gateway.GatewayProperties.Destination;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks one destination to commit itself to keep what it accepted, PS3.4 annex J. */
final class CommitmentAsker {
    private static final Logger log = LoggerFactory.getLogger(CommitmentAsker.class);
    private static final int AT_ONCE = 1000;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /** How long an association stays open for a report that comes on it. */
    private static final Duration STAY = Duration.ofSeconds(3);

    private static final Duration LOOK = Duration.ofMillis(200);

    private final Destination destination;
    private final Commitments commitments;
    private final DeliveryPolicy policy;

    CommitmentAsker(Destination destination, Commitments commitments, DeliveryPolicy policy) {
        this.destination = destination;
        this.commitments = commitments;
        this.policy = policy;
    }

    /** Asks until nothing is due. */
    void run() throws InterruptedException {
        if (!destination.commitment()) {
            return;
        }
        List<Commitments.Wanted> due = commitments.due(destination.name(), AT_ONCE);
        while (!due.isEmpty()) {
            List<Commitments.Wanted> tooOften =
                    due.stream().filter(w -> w.asked() >= policy.maxAttempts()).toList();
            commitments.giveUp(tooOften, "accepted; the peer was asked for commitment often and never reported");
            List<Commitments.Wanted> wanted =
                    due.stream().filter(w -> !tooOften.contains(w)).toList();
            if (!wanted.isEmpty()) {
                onOneAssociation(wanted);
            }
            due = commitments.due(destination.name(), AT_ONCE);
        }
    }

    private void onOneAssociation(List<Commitments.Wanted> wanted) throws InterruptedException {
        AssociationRequest request = AssociationRequest.asking(
                        destination.host(),
                        destination.port(),
                        destination.callingAe(),
                        destination.aeTitle(),
                        Uid.StorageCommitmentPushModelSOPClass)
                .withTimeouts(CONNECT, policy.response());
        try (Association association = Association.open(request)) {
            if (association.accepts(Uid.StorageCommitmentPushModelSOPClass)) {
                ask(association, wanted);
            } else {
                commitments.giveUp(wanted, "accepted; the peer offers no storage commitment");
            }
        } catch (IOException e) {
            log.warn("{} cannot be asked for storage commitment: {}", destination.name(), e.toString());
            commitments.later(wanted, "accepted; commitment could not be asked for: " + e.getMessage());
        }
    }

    /** Asks, and waits a little for a report, on this association or another one. */
    void ask(Association association, List<Commitments.Wanted> wanted) throws IOException, InterruptedException {
        String transactionUid = commitments.ask(wanted);
        DimseStatus status = association.requestCommitment(
                transactionUid,
                wanted.stream().map(Commitments.Wanted::instance).toList());
        if (!status.isSuccess()) {
            commitments.later(wanted, "accepted; asked for commitment the peer answered " + status);
            return;
        }
        Duration stay = STAY.compareTo(policy.commitment()) < 0 ? STAY : policy.commitment();
        long deadline = System.nanoTime() + stay.toNanos();
        while (commitments.isOpen(transactionUid) && System.nanoTime() < deadline) {
            Optional<CommitmentResult> report = association.awaitCommitment(LOOK);
            report.ifPresent(result -> commitments.reported(destination.aeTitle(), result));
        }
    }
}
