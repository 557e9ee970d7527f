package io.tomogrid.gateway.index;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.archive.StoredRecord;
import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.gateway.contract.StudyComplete;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/*
 * A decision is in the archive before its transaction commits. If the transaction fails it is made again and comes later in
 * the archive, so the last one about the same thing is what the lost database held. An index that is there knows better and
 * takes none of them.
 */
/** Brings revisions, results, what became of their deliveries, and verdicts back into an index that is built anew. */
final class Decisions {
    private static final Logger log = LoggerFactory.getLogger(Decisions.class);

    private final SegmentReader reader;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;

    Decisions(SegmentReader reader, JdbcTemplate jdbc, TransactionTemplate transactions) {
        this.reader = reader;
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** In a transaction of its own; what cannot be restored is told to the log and left out. */
    void restore(StoredRecord stored) {
        String decision = stored.meta().getOrDefault(RecordMeta.DECISION, "");
        try {
            String json = new String(reader.read(stored.ref(), stored.sha256()), StandardCharsets.UTF_8);
            Map<String, Object> document = Documents.parse(json);
            transactions.executeWithoutResult(status -> {
                switch (decision) {
                    case RecordMeta.STUDY_COMPLETE -> complete(Documents.studyComplete(document), json);
                    case RecordMeta.RESULT_MANIFEST -> manifest(Documents.resultManifest(document), json);
                    case RecordMeta.RESULTS_SETTLED ->
                        settled(stored.meta().getOrDefault(RecordMeta.JOB, ""), document);
                    case RecordMeta.VERDICT -> VerdictRow.insert(jdbc, document);
                    default -> throw new IllegalArgumentException("unknown decision " + decision);
                }
            });
        } catch (IOException | IllegalArgumentException | DataIntegrityViolationException e) {
            log.error("the decision at {} is left out", stored.ref(), e);
        }
    }

    private void complete(StudyComplete study, String json) {
        String[] instances = study.series().stream()
                .flatMap(series -> series.instances().stream())
                .map(instance -> instance.sopInstanceUid())
                .toArray(String[]::new);
        jdbc.update("""
                INSERT INTO feed (sequence, study_uid, revision, document) VALUES (?, ?, ?, ?)
                ON CONFLICT (study_uid, revision) DO UPDATE
                SET sequence = excluded.sequence, document = excluded.document""", study.sequence(), study.studyUid(), study.revision(), json);
        jdbc.update("""
                UPDATE study SET revision = ?, pending = (SELECT count(*) FROM instance i
                    WHERE i.study_uid = study.study_uid AND NOT i.result AND NOT i.sop_instance_uid = ANY(?))
                WHERE study_uid = ?""", study.revision(), instances, study.studyUid());
    }

    /** To be stored: what is in the archive already is only looked for, and then delivered unless that is settled, too. */
    private void manifest(ResultManifest manifest, String json) {
        String job = manifest.jobId();
        Timestamp now = Timestamp.from(Instant.now());
        jdbc.update("DELETE FROM delivery WHERE job_id = ?", job);
        jdbc.update("DELETE FROM result_object WHERE job_id = ?", job);
        jdbc.update("""
                INSERT INTO result (job_id, study_uid, manifest, state, next_attempt, received)
                VALUES (?, ?, ?, 'STORING', ?, ?)
                ON CONFLICT (job_id) DO UPDATE SET manifest = excluded.manifest, state = 'STORING'""", job, manifest.studyUid(), json, now, now);
        List<Object[]> objects = new ArrayList<>();
        for (ResultObject object : manifest.objects()) {
            objects.add(
                    new Object[] {job, objects.size(), object.kind(), object.sopClassUid(), object.sopInstanceUid()});
        }
        jdbc.batchUpdate("""
                INSERT INTO result_object (job_id, position, kind, sop_class_uid, sop_instance_uid)
                VALUES (?, ?, ?, ?, ?)""", objects);
    }

    private void settled(String job, Map<String, Object> document) {
        if (!(document.get("deliveries") instanceof List<?> deliveries)) {
            throw new IllegalArgumentException("deliveries: expected a list, got " + document.get("deliveries"));
        }
        jdbc.update("DELETE FROM delivery WHERE job_id = ?", job);
        jdbc.update("UPDATE result SET state = 'SETTLED', reason = ? WHERE job_id = ?", document.get("reason"), job);
        Timestamp now = Timestamp.from(Instant.now());
        List<Object[]> rows = new ArrayList<>();
        for (Object item : deliveries) {
            Map<?, ?> delivery = (Map<?, ?>) item;
            rows.add(new Object[] {
                job,
                delivery.get("position"),
                delivery.get("destination"),
                delivery.get("state"),
                delivery.get("attempts"),
                now,
                delivery.get("reason")
            });
        }
        jdbc.batchUpdate("""
                INSERT INTO delivery (job_id, position, destination, state, attempts, next_attempt, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?)""", rows);
    }
}
