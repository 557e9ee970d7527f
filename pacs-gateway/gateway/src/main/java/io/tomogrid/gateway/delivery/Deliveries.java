package io.tomogrid.gateway.delivery;

import io.tomogrid.archive.SegmentRef;
import io.tomogrid.gateway.GatewayProperties;
import io.tomogrid.gateway.GatewayProperties.DeliveryPolicy;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** The outbox in the database. What is in it survives every crash until it is accepted, refused or dead. */
@Component
public class Deliveries {
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final List<String> destinations;
    private final DeliveryPolicy policy;
    private final Clock clock;

    Deliveries(JdbcTemplate jdbc, TransactionTemplate transactions, GatewayProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.destinations = properties.destinations().stream()
                .filter(GatewayProperties.Destination::results)
                .map(GatewayProperties.Destination::name)
                .toList();
        this.policy = properties.delivery();
        this.clock = clock;
        buryOrphans();
        endCommitments(properties.destinations().stream()
                .filter(d -> d.results() && d.commitment())
                .map(GatewayProperties.Destination::name)
                .toArray(String[]::new));
    }

    /** An object on its way to one destination. @param attempts tries so far @param unknown whether it may be there */
    record Due(
            long id,
            String jobId,
            int attempts,
            String sopClassUid,
            String sopInstanceUid,
            String studyUid,
            String seriesUid,
            String transferSyntax,
            SegmentRef ref,
            String sha256,
            boolean unknown) {}

    /** How many wait and how many were given up, at one destination. */
    public record Backlog(String destination, int pending, int dead) {}

    /** In the transaction that ends the storing of a job's objects: one row for each object and destination. */
    public void enqueue(String jobId) {
        for (String destination : destinations) {
            jdbc.update("""
                    INSERT INTO delivery (job_id, position, destination, state, next_attempt)
                    SELECT job_id, position, ?, 'PENDING', ? FROM result_object WHERE job_id = ? ORDER BY position
                    ON CONFLICT DO NOTHING""", destination, now(), jobId);
        }
        settle(jobId);
    }

    /** An operator's retry of what is dead or was refused. */
    public void retry(String jobId) {
        transactions.executeWithoutResult(status -> {
            jdbc.update("""
                    UPDATE delivery SET state = 'PENDING', attempts = 0, commitment_attempts = 0,
                        next_attempt = ?
                    WHERE job_id = ? AND state IN ('DEAD', 'REFUSED') AND destination = ANY(?)""", now(), jobId, destinations.toArray(String[]::new));
            settle(jobId);
        });
    }

    List<Due> due(String destination, int limit) {
        return jdbc.query(
                """
                SELECT d.id, d.job_id, d.attempts, i.sop_class_uid, i.sop_instance_uid, i.study_uid, i.series_uid,
                    i.transfer_syntax_uid, i.segment, i.start, i.length, i.sha256, d.state
                FROM delivery d JOIN result_object o USING (job_id, position) JOIN instance i USING (sop_instance_uid)
                WHERE d.destination = ? AND d.state IN ('PENDING', 'UNKNOWN') AND d.next_attempt <= ?
                ORDER BY d.next_attempt, d.id LIMIT ?""",
                (row, n) -> new Due(
                        row.getLong(1),
                        row.getString(2),
                        row.getInt(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7),
                        row.getString(8),
                        new SegmentRef(row.getString(9), row.getLong(10), row.getLong(11)),
                        row.getString(12),
                        row.getString(13).equals("UNKNOWN")),
                destination,
                now(),
                limit);
    }

    /** @param commitment whether the destination is asked to commit itself to keep what it accepted */
    void record(Due due, Outcome outcome, boolean commitment) {
        if (outcome instanceof Outcome.Accepted accepted) {
            set(due, "ACCEPTED", accepted.remark(), commitment ? "WANTED" : "");
        } else if (outcome instanceof Outcome.Committed) {
            set(due, "COMMITTED", "");
        } else if (outcome instanceof Outcome.Refused refused) {
            set(due, "REFUSED", refused.reason());
        } else if (outcome instanceof Outcome.Unknown unknown) {
            set(due, given(due) ? "DEAD" : "UNKNOWN", unknown.reason());
        } else if (outcome instanceof Outcome.Failed failed) {
            set(due, given(due) ? "DEAD" : "PENDING", failed.reason());
        }
    }

    /** Whether this was the last try. */
    private boolean given(Due due) {
        return due.attempts() + 1 >= policy.maxAttempts();
    }

    private void set(Due due, String state, String reason) {
        set(due, state, reason, "");
    }

    private void set(Due due, String state, String reason, String commitment) {
        int attempts = due.attempts() + 1;
        transactions.executeWithoutResult(status -> {
            jdbc.update(
                    """
                    UPDATE delivery SET state = ?, attempts = ?, next_attempt = ?, reason = ?, commitment = ?,
                        commitment_due = '-infinity' WHERE id = ?""",
                    state,
                    attempts,
                    Timestamp.from(clock.instant().plus(policy.backoff(attempts))),
                    reason,
                    commitment,
                    due.id());
            settle(due.jobId());
        });
    }

    /** The state of the result follows from those of its deliveries. */
    void settle(String jobId) {
        // Two destinations may end at the same moment; the second one must see what the first one wrote.
        jdbc.queryForList("SELECT state FROM result WHERE job_id = ? FOR UPDATE", String.class, jobId);
        Map<String, Object> counts = jdbc.queryForMap("""
                SELECT count(*) FILTER (WHERE state IN ('PENDING', 'UNKNOWN') OR commitment <> '') AS open,
                    count(*) FILTER (WHERE state IN ('DEAD', 'REFUSED')) AS lost, count(*) AS total
                FROM delivery WHERE job_id = ?""", jobId);
        long open = (Long) counts.get("open");
        long lost = (Long) counts.get("lost");
        String state = open > 0 ? "DELIVERING" : "SETTLED";
        String reason = lost == 0
                ? ""
                : lost + " of " + counts.get("total")
                        + " deliveries were refused or given up; see their reasons, then retry the result";
        jdbc.update("UPDATE result SET state = ?, reason = ? WHERE job_id = ?", state, reason, jobId);
    }

    public List<Backlog> backlogs() {
        return destinations.stream()
                .map(destination -> jdbc.queryForObject(
                        """
                        SELECT count(*) FILTER (WHERE state IN ('PENDING', 'UNKNOWN') OR commitment <> ''),
                            count(*) FILTER (WHERE state IN ('DEAD', 'REFUSED'))
                        FROM delivery WHERE destination = ?""", (row, n) -> new Backlog(destination, row.getInt(1), row.getInt(2)), destination))
                .toList();
    }

    /** Deliveries to a destination that was taken out of the settings would wait for ever. */
    private void buryOrphans() {
        transactions.executeWithoutResult(status -> {
            List<String> jobs = jdbc.queryForList("""
                    UPDATE delivery SET state = 'DEAD', reason = 'the destination is no longer configured'
                    WHERE state IN ('PENDING', 'UNKNOWN') AND NOT destination = ANY(?) RETURNING job_id""", String.class, (Object) destinations.toArray(String[]::new));
            jobs.stream().distinct().sorted().forEach(this::settle);
        });
    }

    /** A destination that is no longer asked for commitment will never give it. */
    private void endCommitments(String[] askedFor) {
        transactions.executeWithoutResult(status -> {
            List<String> jobs = jdbc.queryForList("""
                    UPDATE delivery SET commitment = '' WHERE commitment <> '' AND NOT destination = ANY(?)
                    RETURNING job_id""", String.class, (Object) askedFor);
            jobs.stream().distinct().sorted().forEach(this::settle);
        });
    }

    private Timestamp now() {
        return Timestamp.from(Instant.now(clock));
    }
}
