package io.tomogrid.gateway.delivery;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.SopReference;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Finds out whether a destination holds an object after the connection broke in the middle: by storage commitment, then
 * by C-FIND. What cannot be found out is sent again with the same bytes.
 */
final class Inquiry {
    private static final String COMMITMENT = Uid.StorageCommitmentPushModelSOPClass;
    private static final String FIND = Uid.StudyRootQueryRetrieveInformationModelFIND;

    private final boolean byCommitment;
    private final Commitments commitments;
    private final CommitmentAsker asker;

    /** @param byCommitment whether the destination is one that is asked for commitment */
    Inquiry(boolean byCommitment, Commitments commitments, CommitmentAsker asker) {
        this.byCommitment = byCommitment;
        this.commitments = commitments;
        this.asker = asker;
    }

    /** What an association must offer for it. */
    String[] sopClasses() {
        return byCommitment ? new String[] {COMMITMENT, FIND} : new String[] {FIND};
    }

    /** @return empty when it has to be sent again */
    Optional<Outcome> held(Association association, Deliveries.Due due) throws IOException, InterruptedException {
        if (byCommitment && association.accepts(COMMITMENT)) {
            var wanted = List.of(new Commitments.Wanted(
                    due.id(), due.jobId(), new SopReference(due.sopClassUid(), due.sopInstanceUid()), 0));
            asker.ask(association, wanted);
            if (commitments.isCommitted(due.id())) {
                return Optional.of(new Outcome.Committed());
            }
            commitments.giveUp(wanted, "");
        }
        return association.accepts(FIND) && finds(association, due)
                ? Optional.of(new Outcome.Accepted("found there after the connection broke"))
                : Optional.empty();
    }

    private static boolean finds(Association association, Deliveries.Due due) throws IOException {
        Dataset identifier = new Dataset()
                .put(Tag.QueryRetrieveLevel, "IMAGE")
                .put(Tag.StudyInstanceUID, due.studyUid())
                .put(Tag.SeriesInstanceUID, due.seriesUid())
                .put(Tag.SOPInstanceUID, due.sopInstanceUid());
        boolean[] found = new boolean[1];
        association.find(FIND, identifier, match -> {
            found[0] |= match.string(Tag.SOPInstanceUID)
                    .filter(due.sopInstanceUid()::equals)
                    .isPresent();
            return true;
        });
        return found[0];
    }
}
