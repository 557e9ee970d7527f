package io.tomogrid.gateway.commitment;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.dicom.net.CommitmentResult;
import io.tomogrid.dicom.net.SopReference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Tells which instances are in the index with their class, and in the archive with the SHA-256 that they came with. */
@Component
class Verifier {
    private static final Logger log = LoggerFactory.getLogger(Verifier.class);

    private final JdbcTemplate jdbc;
    private final SegmentReader archive;

    Verifier(JdbcTemplate jdbc, SegmentReader archive) {
        this.jdbc = jdbc;
        this.archive = archive;
    }

    private record Kept(String sopClassUid, SegmentRef ref, String sha256) {}

    CommitmentResult verify(String transactionUid, List<SopReference> instances) {
        Map<String, Kept> kept = find(instances);
        List<SopReference> committed = new ArrayList<>();
        List<CommitmentResult.Failure> failed = new ArrayList<>();
        for (SopReference instance : instances) {
            Kept there = kept.get(instance.sopInstanceUid());
            if (there == null) {
                failed.add(new CommitmentResult.Failure(instance, CommitmentResult.NO_SUCH_OBJECT_INSTANCE));
            } else if (!there.sopClassUid().equals(instance.sopClassUid())) {
                failed.add(new CommitmentResult.Failure(instance, CommitmentResult.CLASS_INSTANCE_CONFLICT));
            } else if (!isWhole(instance, there)) {
                failed.add(new CommitmentResult.Failure(instance, CommitmentResult.PROCESSING_FAILURE));
            } else {
                committed.add(instance);
            }
        }
        return new CommitmentResult(transactionUid, committed, failed);
    }

    private Map<String, Kept> find(List<SopReference> instances) {
        Map<String, Kept> kept = new HashMap<>();
        jdbc.query(
                "SELECT sop_instance_uid, sop_class_uid, segment, start, length, sha256 FROM instance"
                        + " WHERE sop_instance_uid = ANY(?)",
                row -> {
                    kept.put(
                            row.getString(1),
                            new Kept(
                                    row.getString(2),
                                    new SegmentRef(row.getString(3), row.getLong(4), row.getLong(5)),
                                    row.getString(6)));
                },
                (Object) instances.stream().map(SopReference::sopInstanceUid).toArray(String[]::new));
        return kept;
    }

    private boolean isWhole(SopReference instance, Kept kept) {
        try {
            archive.verify(kept.ref(), kept.sha256());
            return true;
        } catch (IOException e) {
            log.error("{} cannot be committed; restore the segment", instance.sopInstanceUid(), e);
            return false;
        }
    }
}
