package io.tomogrid.manager;

import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.cluster.contract.Priority;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What an operator wants of one job. Each verb answers why it is refused, and has then changed nothing; it writes to the
 * database only, so that a manager that is standby takes it too.
 */
@Component
public class JobVerbs {
    private static final Set<JobState> UNDER_WAY = EnumSet.of(JobState.QUEUED, JobState.LEASED, JobState.RUNNING);
    private static final Set<JobState> WITHOUT_RESULTS =
            EnumSet.of(JobState.QUEUED, JobState.LEASED, JobState.RUNNING, JobState.FAILED, JobState.CANCELLED);

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final JobStore jobs;

    JobVerbs(JdbcClient jdbc, TransactionTemplate transaction, JobStore jobs) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.jobs = jobs;
    }

    /** Ends it without results; its lease is released and its driver told, see {@link Cancellations}. */
    Optional<String> cancel(String id, Operator operator) {
        return cancel(id, "cancelled " + operator);
    }

    /** As an operator does it. @param reason of the job */
    public Optional<String> cancel(String id, String reason) {
        return locked(id, job -> {
            if (!UNDER_WAY.contains(job.state())) {
                return Optional.of("job " + id + " is " + job.state() + ": "
                        + (job.state().settled()
                                ? "it has ended already"
                                : "its results are committed and on their way, they cannot be taken back"));
            }
            jobs.change(job, JobState.CANCELLED, reason, "", job.failures(), Instant.now());
            if (job.state() != JobState.QUEUED) {
                jobs.end(job, reason, false);
                jdbc.sql("update manager.job set halt = attempt where id = ?")
                        .param(id)
                        .update();
            }
            return Optional.empty();
        });
    }

    /** Its results delivered if it has any, else another attempt. */
    Optional<String> retry(String id, Operator operator) {
        return locked(id, job -> {
            if (job.state() != JobState.FAILED && job.state() != JobState.CANCELLED) {
                return Optional.of(
                        "job " + id + " is " + job.state() + "; only a job that is FAILED or CANCELLED can be retried");
            }
            jobs.again(job, "wanted again " + operator);
            return Optional.empty();
        });
    }

    Optional<String> priority(String id, Priority priority, Operator operator) {
        return changed(id, "priority " + priority + " set " + operator, "priority", priority.name());
    }

    /** @param deadline until when its results are wanted, empty for no such time */
    Optional<String> deadline(String id, Optional<Instant> deadline, Operator operator) {
        return changed(
                id,
                deadline.map(at -> "deadline " + at + " set ").orElse("deadline taken away ") + operator,
                "deadline",
                deadline.map(Sql::at).orElse(null));
    }

    private Optional<String> changed(String id, String what, String column, Object value) {
        return locked(id, job -> {
            if (!WITHOUT_RESULTS.contains(job.state())) {
                return Optional.of("job " + id + " is " + job.state() + "; only a job without results has a " + column
                        + " that counts");
            }
            jdbc.sql("update manager.job set " + column + " = ?, updated = ? where id = ?")
                    .params(Arrays.asList(value, Sql.at(Instant.now()), id))
                    .update();
            jobs.record(id, job.state(), job.attempt(), what, Instant.now());
            return Optional.empty();
        });
    }

    /** Nobody else changes the job meanwhile. */
    private Optional<String> locked(String id, Function<Job, Optional<String>> verb) {
        return transaction.execute(status -> jdbc.sql("select * from manager.job where id = :id for update")
                .params(Map.of("id", id))
                .query(JobStore::job)
                .optional()
                .flatMap(verb));
    }
}
