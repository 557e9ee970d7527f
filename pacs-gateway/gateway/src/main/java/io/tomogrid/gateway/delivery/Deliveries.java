package io.tomogrid.gateway.delivery;

import io.tomogrid.archive.SegmentRef;
import io.tomogrid.gateway.GatewayProperties;
import io.tomogrid.gateway.GatewayProperties.DeliveryPolicy;
import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.index.ArchiveIndex;
import io.tomogrid.gateway.index.RecordMeta;
import java.io.UncheckedIOException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** The outbox in the database. What is in it survives every crash until it is accepted, refused or dead. */
@Component
public class Deliveries {
    private static final Logger log = LoggerFactory.getLogger(Deliveries.class);

    private final ArchiveIndex index;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final List<String> destinations;
    private final DeliveryPolicy policy;
    private final Clock clock;

    Deliveries(
            ArchiveIndex index,
            JdbcTemplate jdbc,
            TransactionTemplate transactions,
            GatewayProperties properties,
            Clock clock) {
        this.index = index;
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

    /**
     * How many wait and how many were given up, at one destination.
     *
     * @param trouble why it takes no association, empty while it does
     */
    public record Backlog(String destination, int pending, int dead, String trouble) {}

    /** A dead letter: what was refused or given up. */
    public record Lost(
            String jobId, String sopInstanceUid, String destination, String state, int attempts, String reason) {}

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
        retry("job_id = ?", jobId);
    }

    /** The same for everything at one destination. @return how many deliveries, empty if there is no such destination */
    public OptionalInt retryAll(String destination) {
        return destinations.contains(destination)
                ? OptionalInt.of(retry("destination = ?", destination))
                : OptionalInt.empty();
    }

    private int retry(String which, String value) {
        Integer count = transactions.execute(status -> {
            List<String> jobs = jdbc.queryForList(
                    """
                    UPDATE delivery SET state = 'PENDING', attempts = 0, commitment_attempts = 0,
                        next_attempt = ?, unreachable_since = NULL
                    WHERE state IN ('DEAD', 'REFUSED') AND destination = ANY(?) AND\s""" + which + " RETURNING job_id", String.class, now(), destinations.toArray(String[]::new), value);
            jobs.stream().distinct().sorted().forEach(this::settle);
            return jobs.size();
        });
        return count == null ? 0 : count;
    }

    /** Dead letters, the latest job first. */
    public List<Lost> lost(int limit) {
        return jdbc.query(
                """
                SELECT job_id, sop_instance_uid, destination, delivery.state, attempts, delivery.reason
                FROM delivery JOIN result_object USING (job_id, position)
                WHERE delivery.state IN ('DEAD', 'REFUSED') ORDER BY delivery.id DESC LIMIT ?""",
                (row, n) -> new Lost(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getInt(5),
                        row.getString(6)),
                limit);
    }

    /**
     * The destination takes no association. What waits for it goes on waiting, uncounted, for as long as the policy's
     * patience; then it is dead.
     *
     * @param next when it is tried again
     */
    void unreachable(String destination, String reason, Instant next) {
        Timestamp now = now();
        transactions.executeWithoutResult(status -> {
            List<String> dead = jdbc.queryForList(
                    """
                    WITH told AS (
                        UPDATE delivery SET reason = ?, next_attempt = greatest(next_attempt, ?),
                            unreachable_since = coalesce(unreachable_since, ?),
                            state = CASE WHEN unreachable_since < ? THEN 'DEAD' ELSE state END
                        WHERE destination = ? AND state IN ('PENDING', 'UNKNOWN') RETURNING job_id, state)
                    SELECT DISTINCT job_id FROM told WHERE state = 'DEAD' ORDER BY job_id""",
                    String.class,
                    reason,
                    Timestamp.from(next),
                    now,
                    Timestamp.from(now.toInstant().minus(policy.patience())),
                    destination);
            dead.forEach(this::settle);
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

    /** One try at a delivery. @param commitment whether the destination is asked to commit itself to keep what it accepted */
    record Tried(Due due, Outcome outcome, boolean commitment) {}

    /** In one transaction; what a crash forgets of it is sent again. */
    void record(List<Tried> tries) {
        transactions.executeWithoutResult(status -> {
            tries.forEach(tried -> record(tried.due(), tried.outcome(), tried.commitment()));
            tries.stream().map(tried -> tried.due().jobId()).distinct().sorted().forEach(this::settle);
        });
    }

    private void record(Due due, Outcome outcome, boolean commitment) {
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
        jdbc.update(
                """
                UPDATE delivery SET state = ?, attempts = ?, next_attempt = ?, reason = ?, commitment = ?,
                    commitment_due = '-infinity', unreachable_since = NULL WHERE id = ?""",
                state,
                attempts,
                Timestamp.from(clock.instant().plus(policy.backoff(attempts))),
                reason,
                commitment,
                due.id());
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
        if (open == 0) {
            writeDown(jobId, reason);
        }
    }

    /** So that an index that is built anew delivers nothing twice. Without it only that is lost. */
    private void writeDown(String jobId, String reason) {
        List<Map<String, Object>> ends = jdbc.query(
                "SELECT position, destination, state, attempts, reason FROM delivery WHERE job_id = ? ORDER BY id",
                (row, n) -> Map.<String, Object>of(
                        "position", row.getInt(1),
                        "destination", row.getString(2),
                        "state", row.getString(3),
                        "attempts", row.getInt(4),
                        "reason", row.getString(5)),
                jobId);
        try {
            index.decide(
                    RecordMeta.resultsSettled(jobId), Documents.json(Map.of("reason", reason, "deliveries", ends)));
        } catch (UncheckedIOException e) {
            log.warn("job {}: the archive does not hold that its results are delivered: {}", jobId, e.getMessage());
        }
    }

    public List<Backlog> backlogs() {
        return destinations.stream()
                .map(destination -> jdbc.queryForObject(
                        """
                        SELECT count(*) FILTER (WHERE state IN ('PENDING', 'UNKNOWN') OR commitment <> ''),
                            count(*) FILTER (WHERE state IN ('DEAD', 'REFUSED')),
                            coalesce(max(reason) FILTER (WHERE state IN ('PENDING', 'UNKNOWN')
                                AND unreachable_since IS NOT NULL), '')
                        FROM delivery WHERE destination = ?""",
                        (row, n) -> new Backlog(destination, row.getInt(1), row.getInt(2), row.getString(3)),
                        destination))
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
