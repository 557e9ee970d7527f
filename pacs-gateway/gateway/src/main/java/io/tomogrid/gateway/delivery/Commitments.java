package io.tomogrid.gateway.delivery;

import io.tomogrid.dicom.Uids;
import io.tomogrid.dicom.net.CommitmentResult;
import io.tomogrid.dicom.net.CommitmentResultHandler;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.SopReference;
import io.tomogrid.gateway.GatewayProperties;
import io.tomogrid.gateway.GatewayProperties.DeliveryPolicy;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** What we wait for that destinations commit themselves to keep, as it stands in the outbox (COM-02). */
@Component
public class Commitments implements CommitmentResultHandler {
    private static final Logger log = LoggerFactory.getLogger(Commitments.class);

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final Deliveries deliveries;
    private final DeliveryPolicy policy;
    private final Clock clock;

    Commitments(
            JdbcTemplate jdbc,
            TransactionTemplate transactions,
            Deliveries deliveries,
            GatewayProperties properties,
            Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.deliveries = deliveries;
        this.policy = properties.delivery();
        this.clock = clock;
    }

    /** A delivery whose commitment is to be asked for. @param asked how often it was */
    record Wanted(long delivery, String jobId, SopReference instance, int asked) {}

    List<Wanted> due(String destination, int limit) {
        return jdbc.query(
                """
                SELECT d.id, d.job_id, o.sop_class_uid, o.sop_instance_uid, d.commitment_attempts
                FROM delivery d JOIN result_object o USING (job_id, position)
                WHERE d.destination = ? AND d.commitment <> '' AND d.state = 'ACCEPTED' AND d.commitment_due <= ?
                ORDER BY d.commitment_due, d.id LIMIT ?""",
                (row, n) -> new Wanted(
                        row.getLong(1),
                        row.getString(2),
                        new SopReference(row.getString(3), row.getString(4)),
                        row.getInt(5)),
                destination,
                now(),
                limit);
    }

    /** Notes, before it is asked for, under which UID the report will come. */
    String ask(List<Wanted> wanted) {
        String transactionUid = Uids.random();
        Timestamp again = Timestamp.from(clock.instant().plus(policy.commitment()));
        transactions.executeWithoutResult(
                status -> wanted.forEach(w -> jdbc.update("""
                UPDATE delivery SET commitment = 'ASKED', transaction_uid = ?, commitment_due = ?,
                    commitment_attempts = commitment_attempts + 1
                WHERE id = ?""", transactionUid, again, w.delivery())));
        return transactionUid;
    }

    /** Whether no report came yet. */
    boolean isOpen(String transactionUid) {
        return exists(
                "SELECT count(*) FROM delivery WHERE transaction_uid = ? AND commitment = 'ASKED'", transactionUid);
    }

    boolean isCommitted(long delivery) {
        return exists("SELECT count(*) FROM delivery WHERE id = ? AND state = 'COMMITTED'", delivery);
    }

    /** It could not be asked for; it is later, unless it was often enough. */
    void later(List<Wanted> wanted, String reason) {
        for (Wanted one : wanted) {
            int asked = one.asked() + 1;
            if (asked >= policy.maxAttempts()) {
                giveUp(List.of(one), reason);
            } else {
                jdbc.update(
                        "UPDATE delivery SET commitment_attempts = ?, commitment_due = ?, reason = ? WHERE id = ?",
                        asked,
                        Timestamp.from(clock.instant().plus(policy.backoff(asked))),
                        reason,
                        one.delivery());
            }
        }
    }

    /** The deliveries stay as they are. */
    void giveUp(List<Wanted> wanted, String reason) {
        transactions.executeWithoutResult(status -> {
            Set<String> jobs = new TreeSet<>();
            for (Wanted one : wanted) {
                jdbc.update("UPDATE delivery SET commitment = '', reason = ? WHERE id = ?", reason, one.delivery());
                jobs.add(one.jobId());
            }
            jobs.forEach(deliveries::settle);
        });
    }

    /** What is committed is done with; what is not goes again with the same bytes. */
    @Override
    public DimseStatus reported(String callingAe, CommitmentResult result) {
        String transaction = result.transactionUid();
        if (!exists("SELECT count(*) FROM delivery WHERE transaction_uid = ?", transaction)) {
            log.warn("{} reports a storage commitment that nobody asked for", callingAe);
            return DimseStatus.INVALID_ARGUMENT.because("no such transaction");
        }
        transactions.executeWithoutResult(status -> {
            Set<String> jobs = new TreeSet<>();
            for (SopReference instance : result.committed()) {
                jobs.addAll(jdbc.queryForList("""
                        UPDATE delivery d SET state = 'COMMITTED', commitment = '', reason = ''
                        FROM result_object o WHERE o.job_id = d.job_id AND o.position = d.position
                            AND o.sop_instance_uid = ? AND d.transaction_uid = ? AND d.commitment = 'ASKED'
                        RETURNING d.job_id""", String.class, instance.sopInstanceUid(), transaction));
            }
            for (CommitmentResult.Failure failure : result.failed()) {
                jobs.addAll(failed(transaction, failure));
            }
            jobs.forEach(deliveries::settle);
        });
        return DimseStatus.SUCCESS;
    }

    private List<String> failed(String transaction, CommitmentResult.Failure failure) {
        String reason = String.format("the peer does not commit itself to keep it: 0x%04X", failure.reason());
        log.warn("{}: {}", failure.instance().sopInstanceUid(), reason);
        return jdbc.queryForList(
                """
                UPDATE delivery d SET commitment = '', reason = ?, next_attempt = ?, state = CASE
                    WHEN state <> 'ACCEPTED' THEN state WHEN attempts >= ? THEN 'DEAD' ELSE 'PENDING' END
                FROM result_object o WHERE o.job_id = d.job_id AND o.position = d.position
                    AND o.sop_instance_uid = ? AND d.transaction_uid = ? AND d.commitment = 'ASKED'
                RETURNING d.job_id""",
                String.class,
                reason,
                Timestamp.from(clock.instant().plus(policy.firstBackoff())),
                policy.maxAttempts(),
                failure.instance().sopInstanceUid(),
                transaction);
    }

    private boolean exists(String sql, Object argument) {
        Integer count = jdbc.queryForObject(sql, Integer.class, argument);
        return count != null && count > 0;
    }

    private Timestamp now() {
        return Timestamp.from(clock.instant());
    }
}
