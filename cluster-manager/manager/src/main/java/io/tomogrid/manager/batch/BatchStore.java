package io.tomogrid.manager.batch;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.manager.JobVerbs;
import io.tomogrid.manager.Sql;
import io.tomogrid.manager.batch.Batch.State;
import io.tomogrid.manager.peer.GatewayClient;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Batches and their studies. What is taken in, and the job that a study becomes, is committed together with how far the
 * batch has come: so nothing is left out and nothing done twice, whenever the manager ends.
 */
@Repository
class BatchStore {
    private static final int ID_BYTES = 8;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final JobVerbs jobs;
    private final SecureRandom random = new SecureRandom();

    BatchStore(JdbcClient jdbc, TransactionTemplate transaction, JobVerbs jobs) {
        this.jobs = jobs;
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /**
     * @param workitem UID of the UPS work item that it is made for, if it is
     * @return the new batch's id; empty if there is a batch of this work item
     */
    Optional<String> add(BatchRequest request, Optional<String> workitem) {
        return jdbc.sql("insert into manager.batch (id, query, protocol, most_at_once, workitem, state, created)"
                        + " values (?, ?, ?, ?, ?, 'RUNNING', ?) on conflict (workitem) do nothing returning id")
                .params(Arrays.asList(
                        id(),
                        request.query().text(),
                        request.protocol(),
                        request.mostAtOnce(),
                        workitem.orElse(null),
                        Sql.at(Instant.now())))
                .query(String.class)
                .optional();
    }

    Optional<Batch> ofWorkitem(String uid) {
        return jdbc.sql("select * from manager.batch where workitem = ?")
                .param(uid)
                .query(BatchStore::batch)
                .optional();
    }

    Optional<Batch> find(String id) {
        return jdbc.sql("select * from manager.batch where id = ?")
                .param(id.replace('\0', ' '))
                .query(BatchStore::batch)
                .optional();
    }

    /** The oldest first. */
    List<Batch> running() {
        return jdbc.sql("select * from manager.batch where state = 'RUNNING' order by ordinal")
                .query(BatchStore::batch)
                .list();
    }

    /** The newest first. */
    List<Batch> newest(int limit) {
        return jdbc.sql("select * from manager.batch order by ordinal desc limit ?")
                .param(limit)
                .query(BatchStore::batch)
                .list();
    }

    /** Takes in one page of what the query finds. A study that an earlier page had is not taken again. */
    void takeIn(Batch batch, List<GatewayClient.Revision> page, boolean last) {
        transaction.executeWithoutResult(status -> {
            for (GatewayClient.Revision study : page) {
                jdbc.sql("insert into manager.batch_study (batch, study_uid, revision) values (?, ?, ?)"
                                + " on conflict do nothing")
                        .params(batch.id(), study.studyUid(), study.revision())
                        .update();
            }
            jdbc.sql("update manager.batch set reason = '', cursor = cursor + :read, wanted = case when :last then"
                            + " (select count(*) from manager.batch_study where batch = :id) end where id = :id")
                    .params(Map.of("read", page.size(), "last", last, "id", batch.id()))
                    .update();
        });
    }

    /** How many of its jobs are not settled. */
    int underWay(Batch batch) {
        return jdbc.sql("select count(*) from manager.job where batch = ?"
                        + " and state not in ('DONE', 'FAILED', 'CANCELLED')")
                .param(batch.id())
                .query(Integer.class)
                .single();
    }

    /** Those that have had no turn yet, in the order in which they were taken in. */
    List<Batch.Member> waiting(Batch batch, int limit) {
        return jdbc.sql("select study_uid, revision from manager.batch_study where batch = ? and job_id is null"
                        + " and skipped is null order by ordinal limit ?")
                .params(batch.id(), limit)
                .query((row, number) -> new Batch.Member(row.getString(1), row.getInt(2)))
                .list();
    }

    void skip(Batch batch, Batch.Member member, String reason) {
        jdbc.sql("update manager.batch_study set skipped = ? where batch = ? and study_uid = ? and job_id is null")
                .params(Sql.text(reason), batch.id(), member.studyUid())
                .update();
    }

    /** Makes the study's job, unless the batch is to begin no more: its row is locked against whoever ends it meanwhile. */
    void begin(Batch batch, StudyComplete study) {
        transaction.executeWithoutResult(status -> {
            Optional<String> running = jdbc.sql(
                            "select id from manager.batch where id = ? and state = 'RUNNING' for share")
                    .param(batch.id())
                    .query(String.class)
                    .optional();
            if (running.isEmpty()) {
                return;
            }
            String id = id();
            Instant now = Instant.now();
            jdbc.sql(
                            "insert into manager.job (id, study_uid, revision, protocol, batch, priority, study, state, reason,"
                                    + " not_before, created, since, updated) values (:id, :study, :revision, :protocol, :batch,"
                                    + " 'BATCH', :document, 'QUEUED', '', :now, :now, :now, :now)")
                    .params(Map.of(
                            "id", id,
                            "study", study.studyUid(),
                            "revision", study.revision(),
                            "protocol", batch.protocol(),
                            "batch", batch.id(),
                            "document", Documents.json(io.tomogrid.gateway.contract.Documents.toMap(study)),
                            "now", Sql.at(now)))
                    .update();
            transition(id, "QUEUED", "", now);
            jdbc.sql("update manager.batch_study set job_id = ? where batch = ? and study_uid = ?")
                    .params(id, batch.id(), study.studyUid())
                    .update();
        });
    }

    /** The batch is done when no study waits and no job of it is under way. Returns whether it is. */
    boolean endIfThrough(Batch batch) {
        return jdbc.sql("update manager.batch set state = 'DONE', reason = '', ended = :now"
                                + " where id = :id and state = 'RUNNING' and wanted is not null"
                                + " and not exists (select from manager.batch_study where batch = :id and job_id is null"
                                + " and skipped is null) and not exists (select from manager.job where batch = :id"
                                + " and state not in ('DONE', 'FAILED', 'CANCELLED'))")
                        .params(Map.of("now", Sql.at(Instant.now()), "id", batch.id()))
                        .update()
                == 1;
    }

    /** Says what keeps it from going on. */
    void note(Batch batch, String reason) {
        String text = Sql.text(reason);
        if (!text.equals(batch.reason())) {
            jdbc.sql("update manager.batch set reason = ? where id = ?")
                    .params(text, batch.id())
                    .update();
        }
    }

    /** Returns false, and nothing happens, unless it is in the first state. */
    boolean move(String id, State from, State to) {
        return jdbc.sql("update manager.batch set state = ?, reason = '' where id = ? and state = ?")
                        .params(to.name(), id.replace('\0', ' '), from.name())
                        .update()
                == 1;
    }

    /** Ends it with its jobs, but for those that have results. Returns false if it has ended. */
    boolean cancel(String id) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            Instant now = Instant.now();
            int cancelled = jdbc.sql("update manager.batch set state = 'CANCELLED', reason = '', ended = :now"
                            + " where id = :id and state in ('RUNNING', 'PAUSED')")
                    .params(Map.of("now", Sql.at(now), "id", id.replace('\0', ' ')))
                    .update();
            if (cancelled == 0) {
                return false;
            }
            for (String job : jdbc.sql("select id from manager.job where batch = ? and state in"
                            + " ('QUEUED', 'LEASED', 'RUNNING') order by ordinal")
                    .param(id)
                    .query(String.class)
                    .list()) {
                // one that has results by now goes on
                jobs.cancel(job, "its batch was cancelled");
            }
            return true;
        }));
    }

    private void transition(String job, String state, String reason, Instant at) {
        jdbc.sql("insert into manager.transition (job_id, state, attempt, reason, at)"
                        + " select id, ?, attempt, ?, ? from manager.job where id = ?")
                .params(state, reason, Sql.at(at), job)
                .update();
    }

    /** Unique over all installations, since the UIDs of results derive from a job's. */
    private String id() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static Batch batch(ResultSet row, int number) throws SQLException {
        int wanted = row.getInt("wanted");
        boolean known = !row.wasNull();
        OffsetDateTime ended = row.getObject("ended", OffsetDateTime.class);
        return new Batch(
                row.getString("id"),
                new BatchQuery(row.getString("query")),
                row.getString("protocol"),
                row.getInt("most_at_once"),
                State.valueOf(row.getString("state")),
                row.getString("reason"),
                row.getInt("cursor"),
                known ? OptionalInt.of(wanted) : OptionalInt.empty(),
                Optional.ofNullable(row.getString("workitem")),
                Sql.instant(row, "created"),
                Optional.ofNullable(ended).map(OffsetDateTime::toInstant));
    }
}
