package io.tomogrid.manager;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.cluster.contract.PriorStudy;
import io.tomogrid.cluster.contract.Priority;
import io.tomogrid.cluster.contract.ReportRef;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.StudyComplete;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Jobs, their transitions and attempts. A change names the state that it starts from and does nothing when the job has left
 * it, so that the scheduler and an operator, or a scheduler that should be dead, cannot undo each other's work.
 */
@Repository
class JobStore {
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final LeaseStore leases;
    /** Guarded by this. */
    private long changes;

    JobStore(JdbcClient jdbc, TransactionTemplate transaction, LeaseStore leases) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.leases = leases;
    }

    /** Grows whenever a job changes its state here. */
    synchronized long changes() {
        return changes;
    }

    /** Waits until a job has changed its state since then, or for so long. */
    synchronized void awaitChange(long since, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        for (long left = atMost.toNanos(); changes == since && left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    private synchronized void changed() {
        changes++;
        notifyAll();
    }

    /** Everything that is not settled, oldest first. */
    List<Job> active() {
        return jdbc.sql("select * from manager.job where state not in ('DONE', 'FAILED', 'CANCELLED') order by ordinal")
                .query(JobStore::job)
                .list();
    }

    Optional<Job> find(String id) {
        return jdbc.sql("select * from manager.job where id = ?")
                .param(id)
                .query(JobStore::job)
                .optional();
    }

    StudyComplete study(String id) {
        return io.tomogrid.gateway.contract.Documents.studyComplete(Documents.parse(text("study", id)));
    }

    ResultManifest manifest(String id) {
        return io.tomogrid.gateway.contract.Documents.resultManifest(Documents.parse(text("manifest", id)));
    }

    /**
     * Reports of the last results before the job's of the same protocol: those of an earlier job of its revision, else those
     * of the last revision before it; empty for the first.
     */
    List<ReportRef> predecessors(Job job) {
        return jdbc
                .sql("select manifest from manager.job where study_uid = ? and protocol = ? and revision <= ?"
                        + " and id <> ? and manifest is not null order by revision desc, epoch desc limit 1")
                .params(job.studyUid(), job.protocol(), job.revision(), job.id())
                .query(String.class)
                .optional()
                .map(Documents::parse)
                .map(io.tomogrid.gateway.contract.Documents::resultManifest)
                .stream()
                .flatMap(manifest -> manifest.objects().stream())
                .filter(object -> object.kind().equals("SR"))
                .map(object -> new ReportRef(object.seriesUid(), object.sopClassUid(), object.sopInstanceUid()))
                .toList();
    }

    /** The first of these studies, with what the protocol found last in it; empty if it has results of none. */
    Optional<PriorStudy> prior(List<String> studyUids, String protocol) {
        for (String studyUid : studyUids) {
            Optional<PriorStudy> found = jdbc.sql(
                            "select findings from manager.job where study_uid = ? and protocol = ? and findings is not null"
                                    + " order by revision desc, epoch desc limit 1")
                    .params(studyUid, protocol)
                    .query(String.class)
                    .optional()
                    .map(findings -> new PriorStudy(studyUid, Documents.findings(Documents.parse(findings))));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Work that is stopped for somebody else's. */
    record Stop(Job job, String reason) {}

    /** A job's next attempt, on slices that nobody else has. */
    record Start(Job job, List<LeaseStore.Grant> grants) {}

    /** Begins the next attempt. Returns false if the job is no longer queued. */
    boolean lease(Job job, List<LeaseStore.Grant> grants, Duration duration) {
        return exchange(List.of(), List.of(new Start(job, grants)), duration);
    }

    /**
     * Stops attempts, which have not failed by it, and begins others in their places: all of it or nothing.
     *
     * @param starts also of jobs that are stopped by this
     * @return false if one of the jobs is no longer where it was, so that nothing has changed
     */
    boolean exchange(List<Stop> stops, List<Start> starts, Duration duration) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            boolean all = stops.stream().allMatch(this::stop) && starts.stream().allMatch(s -> start(s, duration));
            if (!all) {
                status.setRollbackOnly();
            }
            return all;
        }));
    }

    private boolean stop(Stop stop) {
        Instant now = Instant.now();
        Job job = stop.job();
        if (!change(job, JobState.QUEUED, stop.reason(), "", job.failures(), now)) {
            return false;
        }
        leases.leave(job.epoch(), now);
        ended(job, stop.reason(), now);
        return true;
    }

    private boolean start(Start start, Duration duration) {
        Instant now = Instant.now();
        Job job = start.job();
        int attempt = job.attempt() + 1;
        List<Long> epochs = start.grants().stream()
                .map(grant -> leases.grant(job.id(), grant, now, now.plus(duration)))
                .toList();
        String slices =
                start.grants().stream().map(grant -> grant.slice().toString()).collect(Collectors.joining(", "));
        int moved = jdbc.sql("update manager.job set state = 'LEASED', reason = '', attempt = :attempt, epoch = :epoch,"
                        + " since = :now, updated = :now where id = :id and state = 'QUEUED'")
                .params(Map.of("attempt", attempt, "epoch", epochs.get(0), "now", Sql.at(now), "id", job.id()))
                .update();
        if (moved == 0) {
            return false;
        }
        jdbc.sql("insert into manager.attempt (job_id, number, epoch, slice, started) values (?, ?, ?, ?, ?)")
                .params(job.id(), attempt, epochs.get(0), slices, Sql.at(now))
                .update();
        record(job.id(), JobState.LEASED, attempt, slices, now);
        return true;
    }

    /** Moves a job on. */
    boolean move(Job job, JobState to, String reason) {
        return Boolean.TRUE.equals(
                transaction.execute(status -> change(job, to, reason, "", job.failures(), Instant.now())));
    }

    /** Ends a job without results. */
    boolean fail(Job job, String reason, TaskOutcome.Remedy remedy) {
        return Boolean.TRUE.equals(transaction.execute(
                status -> change(job, JobState.FAILED, reason, remedy.name(), job.failures(), Instant.now())));
    }

    /**
     * Ends an attempt and its lease; the job waits for its next attempt or has failed.
     *
     * @param reusable whether the executor answered to the end, so that its slice may be had as it is
     * @param outcome of the attempt @param reason of the job
     */
    void attemptFailed(
            Job job,
            JobState to,
            String outcome,
            String reason,
            TaskOutcome.Remedy remedy,
            Instant next,
            boolean reusable) {
        transaction.executeWithoutResult(status -> {
            String remedyOrNone = to == JobState.FAILED ? remedy.name() : "";
            if (change(job, to, reason, remedyOrNone, job.failures() + 1, next)) {
                end(job, outcome, reusable);
            }
        });
    }

    /** Commits the manifest of the attempt that holds the job's lease; the first one wins. */
    boolean commit(Job job, ResultManifest manifest, Findings findings) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            int committed = jdbc.sql("update manager.job set manifest = :manifest, findings = :findings"
                            + " where id = :id and state = 'RUNNING' and epoch = :epoch and attempt = :attempt"
                            + " and manifest is null")
                    .param("manifest", Documents.json(io.tomogrid.gateway.contract.Documents.toMap(manifest)))
                    .param("findings", Documents.json(Documents.toMap(findings)))
                    .param("id", job.id())
                    .param("epoch", manifest.leaseEpoch())
                    .param("attempt", job.attempt())
                    .update();
            if (committed == 0) {
                return false;
            }
            end(job, "SUCCEEDED", true);
            return change(job, JobState.STORING, "", "", job.failures(), Instant.now());
        }));
    }

    /** The gateway could store nothing of the committed manifest: it never was, and the job may have another attempt. */
    void rejected(Job job, JobState to, String reason, Instant next) {
        transaction.executeWithoutResult(status -> {
            String remedy = to == JobState.FAILED ? TaskOutcome.Remedy.RETRY.name() : "";
            if (change(job, to, reason, remedy, job.failures() + 1, next)) {
                jdbc.sql("update manager.job set manifest = null, findings = null where id = ?")
                        .param(job.id())
                        .update();
                jdbc.sql("update manager.attempt set outcome = ? where job_id = ? and number = ?")
                        .params(Sql.text(reason), job.id(), job.attempt())
                        .update();
            }
        });
    }

    /** Says why a job stands where it stands. */
    void note(Job job, String text) {
        String reason = Sql.text(text);
        if (!reason.equals(job.reason())) {
            jdbc.sql("update manager.job set reason = :reason, updated = :now where id = :id and state = :state")
                    .params(Map.of(
                            "reason", reason,
                            "now", Sql.at(Instant.now()),
                            "id", job.id(),
                            "state", job.state().name()))
                    .update();
        }
    }

    /** What a running job is doing, and what is to be said of that; whatever had stood in its way no longer does. */
    void doing(Job job, String text, String note) {
        String stage = Sql.text(text);
        String reason = Sql.text(note);
        if (!stage.equals(job.stage()) || !reason.equals(job.reason())) {
            jdbc.sql("update manager.job set stage = :stage, reason = :reason, updated = :now"
                            + " where id = :id and state = 'RUNNING' and attempt = :attempt")
                    .params(Map.of(
                            "stage", stage,
                            "reason", reason,
                            "now", Sql.at(Instant.now()),
                            "id", job.id(),
                            "attempt", job.attempt()))
                    .update();
        }
    }

    void redriven(Job job) {
        jdbc.sql("update manager.job set redrive = false where id = ?")
                .param(job.id())
                .update();
    }

    /** A job that has ended is wanted again: its results delivered if it has any, else another attempt. */
    void again(Job job, String reason) {
        Instant now = Instant.now();
        JobState to = jdbc.sql("update manager.job set"
                        + " state = case when manifest is null then 'QUEUED' else 'STORING' end,"
                        + " redrive = manifest is not null, reason = :reason, remedy = null,"
                        + " failures = 0, not_before = :now, since = :now, updated = :now"
                        + " where id = :id returning state")
                .params(Map.of("now", Sql.at(now), "id", job.id(), "reason", reason))
                .query((row, number) -> JobState.valueOf(row.getString("state")))
                .single();
        record(job.id(), to, job.attempt(), reason, now);
    }

    /** Inside of a transaction. Returns false if the job is no longer where it was. */
    boolean change(Job job, JobState to, String reason, String remedy, int failures, Instant notBefore) {
        Instant now = Instant.now();
        int moved = jdbc.sql(
                        "update manager.job set state = :to, reason = :reason, stage = '', remedy = nullif(:remedy, ''),"
                                + " failures = :failures, not_before = :next, since = :now, updated = :now"
                                + " where id = :id and state = :from and attempt = :attempt")
                .params(Map.of(
                        "to", to.name(),
                        "reason", Sql.text(reason),
                        "remedy", remedy,
                        "failures", failures,
                        "next", Sql.at(notBefore),
                        "now", Sql.at(now),
                        "id", job.id(),
                        "from", job.state().name(),
                        "attempt", job.attempt()))
                .update();
        if (moved == 1) {
            record(job.id(), to, job.attempt(), reason, now);
        }
        return moved == 1;
    }

    /** Ends the attempt and its lease, inside of a transaction. */
    void end(Job job, String outcome, boolean reusable) {
        Instant now = Instant.now();
        leases.release(job.epoch(), reusable, now);
        ended(job, outcome, now);
    }

    private void ended(Job job, String outcome, Instant now) {
        jdbc.sql("update manager.attempt set ended = ?, outcome = ? where job_id = ? and number = ? and ended is null")
                .params(Sql.at(now), Sql.text(outcome), job.id(), job.attempt())
                .update();
    }

    /** Inside of a transaction. */
    void record(String id, JobState state, int attempt, String reason, Instant at) {
        whenCommitted(this::changed);
        jdbc.sql("insert into manager.transition (job_id, state, attempt, reason, at) values (?, ?, ?, ?, ?)")
                .params(id, state.name(), attempt, Sql.text(reason), Sql.at(at))
                .update();
    }

    private static void whenCommitted(Runnable action) {
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            action.run();
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                action.run();
            }
        });
    }

    private String text(String column, String id) {
        return jdbc.sql("select " + column + " from manager.job where id = ?")
                .param(id)
                .query(String.class)
                .single();
    }

    static Job job(ResultSet row, int number) throws SQLException {
        String remedy = row.getString("remedy");
        OffsetDateTime deadline = row.getObject("deadline", OffsetDateTime.class);
        return new Job(
                row.getString("id"),
                row.getString("study_uid"),
                row.getInt("revision"),
                row.getString("protocol"),
                row.getString("batch"),
                Priority.valueOf(row.getString("priority")),
                row.getString("site"),
                deadline == null ? Optional.empty() : Optional.of(deadline.toInstant()),
                JobState.valueOf(row.getString("state")),
                row.getString("reason"),
                row.getString("stage"),
                remedy == null ? "" : remedy,
                row.getInt("attempt"),
                row.getInt("failures"),
                row.getLong("epoch"),
                Sql.instant(row, "not_before"),
                row.getBoolean("redrive"),
                Sql.instant(row, "created"),
                Sql.instant(row, "since"),
                Sql.instant(row, "updated"));
    }
}
