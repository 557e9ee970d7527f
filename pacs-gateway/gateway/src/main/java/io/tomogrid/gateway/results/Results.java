package io.tomogrid.gateway.results;

import io.tomogrid.gateway.GatewayProperties;
import io.tomogrid.gateway.GatewayProperties.DeliveryPolicy;
import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.gateway.delivery.Deliveries;
import io.tomogrid.gateway.index.ArchiveIndex;
import io.tomogrid.gateway.index.RecordMeta;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** The results of jobs in the database. The first manifest that is committed for a job wins (RES-01). */
@Component
class Results {
    private final ArchiveIndex index;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final Deliveries deliveries;
    private final DeliveryPolicy policy;
    private final Clock clock;

    Results(
            ArchiveIndex index,
            JdbcTemplate jdbc,
            TransactionTemplate transactions,
            Deliveries deliveries,
            GatewayProperties properties,
            Clock clock) {
        this.index = index;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.deliveries = deliveries;
        this.policy = properties.delivery();
        this.clock = clock;
    }

    /** A result whose objects are still to be stored. @param attempts tries so far */
    record Storing(ResultManifest manifest, int attempts) {}

    record State(String state, String reason) {}

    record ObjectState(
            int position, String kind, String sopClassUid, String sopInstanceUid, List<DeliveryState> deliveries) {}

    record DeliveryState(String destination, String state, int attempts, String reason) {}

    /**
     * A manifest that was rejected, so that nothing of it is stored, gives way to another one.
     *
     * @return whether this manifest is the job's; false when another one came first
     */
    boolean commit(ResultManifest manifest) {
        String document = Documents.json(Documents.toMap(manifest));
        return Boolean.TRUE.equals(transactions.execute(status -> {
            int added = jdbc.update("""
                    INSERT INTO result (job_id, study_uid, manifest, state, next_attempt, received)
                    VALUES (?, ?, ?, 'STORING', ?, ?)
                    ON CONFLICT (job_id) DO UPDATE SET study_uid = excluded.study_uid, manifest = excluded.manifest,
                        state = 'STORING', reason = '', attempts = 0, next_attempt = excluded.next_attempt
                    WHERE result.state = 'REJECTED' AND result.manifest <> excluded.manifest""", manifest.jobId(), manifest.studyUid(), document, now(), now());
            if (added == 0) {
                return document.equals(jdbc.queryForObject(
                        "SELECT manifest FROM result WHERE job_id = ?", String.class, manifest.jobId()));
            }
            jdbc.update("DELETE FROM result_object WHERE job_id = ?", manifest.jobId());
            List<Object[]> objects = new ArrayList<>();
            for (ResultObject object : manifest.objects()) {
                objects.add(new Object[] {
                    manifest.jobId(), objects.size(), object.kind(), object.sopClassUid(), object.sopInstanceUid()
                });
            }
            jdbc.batchUpdate("""
                    INSERT INTO result_object (job_id, position, kind, sop_class_uid, sop_instance_uid)
                    VALUES (?, ?, ?, ?, ?)""", objects);
            index.decide(RecordMeta.resultManifest(manifest.jobId()), document);
            return true;
        }));
    }

    /** Results to store, oldest first. */
    List<Storing> toStore() {
        return jdbc.query(
                """
                SELECT manifest, attempts FROM result WHERE state = 'STORING' AND next_attempt <= ?
                ORDER BY received LIMIT 10""",
                (row, n) -> new Storing(Documents.resultManifest(Documents.parse(row.getString(1))), row.getInt(2)),
                now());
    }

    /** Every object is stored: they go to the destinations from here on, whatever happens to this process. */
    void stored(String jobId) {
        transactions.executeWithoutResult(status -> deliveries.enqueue(jobId));
    }

    /** Some of it may be stored: no other manifest may take its place. */
    void failed(String jobId, String reason) {
        jdbc.update("UPDATE result SET state = 'FAILED', reason = ? WHERE job_id = ?", reason, jobId);
    }

    /** Nothing of it is stored. */
    void rejected(String jobId, String reason) {
        jdbc.update("UPDATE result SET state = 'REJECTED', reason = ? WHERE job_id = ?", reason, jobId);
    }

    /** Something outside stands in the way; after too many tries the result has failed. */
    void tryLater(Storing storing, String reason) {
        int attempts = storing.attempts() + 1;
        jdbc.update(
                "UPDATE result SET state = ?, reason = ?, attempts = ?, next_attempt = ? WHERE job_id = ?",
                attempts < policy.maxAttempts() ? "STORING" : "FAILED",
                reason,
                attempts,
                Timestamp.from(clock.instant().plus(policy.backoff(attempts))),
                storing.manifest().jobId());
    }

    Optional<State> state(String jobId) {
        return jdbc
                .query(
                        "SELECT state, reason FROM result WHERE job_id = ?",
                        (row, n) -> new State(row.getString(1), row.getString(2)),
                        jobId)
                .stream()
                .findFirst();
    }

    List<ObjectState> objects(String jobId) {
        Map<Integer, List<DeliveryState>> deliveries = new HashMap<>();
        jdbc.query(
                """
                SELECT position, destination, state, attempts, reason FROM delivery
                WHERE job_id = ? ORDER BY destination""",
                row -> {
                    deliveries
                            .computeIfAbsent(row.getInt(1), position -> new ArrayList<>())
                            .add(new DeliveryState(
                                    row.getString(2), row.getString(3), row.getInt(4), row.getString(5)));
                },
                jobId);
        return jdbc.query(
                """
                SELECT position, kind, sop_class_uid, sop_instance_uid FROM result_object
                WHERE job_id = ? ORDER BY position""",
                (row, n) -> new ObjectState(
                        row.getInt(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        deliveries.getOrDefault(row.getInt(1), List.of())),
                jobId);
    }

    /** An operator's retry: of the storing if that failed, else of the deliveries that are dead or were refused. */
    void retry(String jobId) {
        int again = jdbc.update("""
                UPDATE result SET state = 'STORING', reason = '', attempts = 0, next_attempt = ?
                WHERE job_id = ? AND state IN ('FAILED', 'REJECTED')""", now(), jobId);
        State state = state(jobId).orElseThrow();
        if (again == 0 && !state.state().equals("STORING")) {
            deliveries.retry(jobId);
        }
    }

    private Timestamp now() {
        return Timestamp.from(clock.instant());
    }
}
