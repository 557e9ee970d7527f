package io.tomogrid.gateway.study;

import java.sql.Timestamp;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** The steps that modalities told of, in the database. An index that is built anew knows none of them. */
@Component
class PerformedStepStore {
    static final String IN_PROGRESS = "IN PROGRESS";
    private static final String COMPLETED = "COMPLETED";

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final Clock clock;

    PerformedStepStore(JdbcTemplate jdbc, TransactionTemplate transactions, Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** @return whether it is new */
    boolean begin(String step, String callingAe, Collection<String> studies) {
        Boolean begun = transactions.execute(status -> {
            int rows = jdbc.update(
                    "INSERT INTO performed_step VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    step,
                    callingAe,
                    IN_PROGRESS,
                    Timestamp.from(clock.instant()));
            if (rows == 1) {
                studies.forEach(study -> jdbc.update("INSERT INTO performed_step_study VALUES (?, ?)", step, study));
            }
            return rows == 1;
        });
        return Boolean.TRUE.equals(begun);
    }

    /** Its state; empty if nobody told of it. */
    Optional<String> state(String step) {
        return jdbc
                .queryForList("SELECT state FROM performed_step WHERE sop_instance_uid = ?", String.class, step)
                .stream()
                .findFirst();
    }

    /**
     * Takes the place of what was told before, unless the step has ended.
     *
     * @param instances all that it has made, empty if that was not told
     * @return whether it had not ended
     */
    boolean change(String step, String state, Optional<Collection<String>> instances) {
        Boolean changed = transactions.execute(status -> {
            int rows = jdbc.update(
                    "UPDATE performed_step SET state = ?, told = ? WHERE sop_instance_uid = ? AND state = ?",
                    state,
                    Timestamp.from(clock.instant()),
                    step,
                    IN_PROGRESS);
            if (rows == 1 && instances.isPresent()) {
                jdbc.update("DELETE FROM performed_step_instance WHERE step = ?", step);
                jdbc.batchUpdate(
                        "INSERT INTO performed_step_instance VALUES (?, ?)",
                        instances.get().stream()
                                .map(uid -> new Object[] {step, uid})
                                .toList());
            }
            return rows == 1;
        });
        return Boolean.TRUE.equals(changed);
    }

    /** Studies with new images, of which a step has ended that no revision counted yet, none goes on, and all has come. */
    List<String> fulfilled() {
        return jdbc.queryForList("""
                SELECT s.study_uid FROM study s WHERE s.pending > 0
                  AND EXISTS (SELECT FROM performed_step_study p JOIN performed_step e ON e.sop_instance_uid = p.step
                      JOIN performed_step_instance i ON i.step = p.step
                      WHERE p.study_uid = s.study_uid AND NOT p.counted AND e.state = ?)
                  AND NOT EXISTS (SELECT FROM performed_step_study p JOIN performed_step e
                      ON e.sop_instance_uid = p.step WHERE p.study_uid = s.study_uid AND e.state = ?)
                  AND NOT EXISTS (SELECT FROM performed_step_study p JOIN performed_step_instance i ON i.step = p.step
                      WHERE p.study_uid = s.study_uid
                        AND NOT EXISTS (SELECT FROM instance x WHERE x.sop_instance_uid = i.sop_instance_uid))""", String.class, COMPLETED, IN_PROGRESS);
    }

    /** A revision was made: images that come late wait for the quiet period again. */
    void count(String studyUid) {
        jdbc.update(
                "UPDATE performed_step_study p SET counted = true FROM performed_step e WHERE p.study_uid = ?"
                        + " AND e.sop_instance_uid = p.step AND e.state <> ?",
                studyUid,
                IN_PROGRESS);
    }
}
