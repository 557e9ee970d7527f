package io.tomogrid.gateway.index;

import io.tomogrid.archive.RecordKind;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.archive.StoredRecord;
import io.tomogrid.gateway.Poller;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/*
 * One writes at a time, so that associations which bring the first images of one study at once do not meet in the database:
 * whoever finds nobody writing writes all that waits, its own record among it. A thread of its own would cost each instance
 * two changes of threads, which on a busy machine is more than the rest.
 *
 * In the middle of a series that is one round trip: what the rows before it made sure of is not asked again, and the mark from which a catch-up begins may lag behind, since a catch-up passes over what is there.
 *
 * Such a commit is seen by everybody but does not wait for the disk (ADR 0007): the archive is durable, and after a power cut
 * the next start brings in again whatever the database lost. It loses the last commits only, and the mark among them, so
 * what the mark covers is there. A database that dies alone, while we live, loses what was not settled: every so often a
 * commit that waits for the disk settles all before it, and looks whether they are still there.
 *
 * A record that is in the archive but could not be indexed stays here and is indexed first as soon as the database
 * answers again: a rebuild of the index would find it before whatever came later under its UID, so it has to win here too.
 */
/** Commits records of the archive to the index, many in one transaction. */
final class IndexWriter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IndexWriter.class);
    private static final int MOST = 256;
    private static final Duration SETTLED_EVERY = Duration.ofMillis(500);

    private final WriterConnection connection;
    private final IndexRows rows;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final Progress progress;
    private final List<StoredRecord> leftOver = new ArrayList<>();
    private final List<StoredRecord> unsettled = new ArrayList<>();
    private final KnownSeries known = new KnownSeries();
    private final Poller settler;
    private long settled = System.nanoTime() - SETTLED_EVERY.toNanos();

    private final ReentrantLock turn = new ReentrantLock();
    private final Condition turned = turn.newCondition();
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private boolean writing;
    private boolean closed;

    IndexWriter(DataSource pool, Progress progress) {
        this.connection = WriterConnection.like(pool);
        this.jdbc = connection.jdbc();
        this.transactions = connection.transactions();
        this.rows = new IndexRows(jdbc);
        this.progress = progress;
        this.settler = Poller.start("index-settler", SETTLED_EVERY, this::settleIdle);
    }

    /** A record, and what became of it: set by who writes it, read when it is done. */
    private static final class Waiting {
        private final StoredRecord stored;
        private boolean first;
        private RuntimeException failure;
        private boolean done;

        Waiting(StoredRecord stored) {
            this.stored = stored;
        }
    }

    /**
     * Returns when the record is committed.
     *
     * @return false when another record already stands for the same SOP Instance UID
     * @throws IOException if the database did not take it; it will be indexed later, but nobody may rely on that
     */
    boolean commit(StoredRecord stored) throws IOException {
        Waiting mine = new Waiting(stored);
        turn.lock();
        try {
            queue.add(mine);
        } finally {
            turn.unlock();
        }
        while (!writtenByAnother(mine)) {
            lead();
        }
        if (mine.failure != null) {
            throw new IOException("the index did not take the instance", mine.failure);
        }
        return mine.first;
    }

    /** Waits until the record was written (true) or it is this thread's turn to write (false). */
    private boolean writtenByAnother(Waiting mine) throws IOException {
        turn.lock();
        try {
            while (writing && !mine.done && !closed) {
                turned.await();
            }
            if (!mine.done && closed) {
                throw new IOException("the gateway is shutting down");
            }
            writing |= !mine.done;
            return mine.done;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the index was written", e);
        } finally {
            turn.unlock();
        }
    }

    /** Writes what waits, by who took the turn. */
    private void lead() {
        List<Waiting> batch = new ArrayList<>();
        turn.lock();
        try {
            while (!queue.isEmpty() && batch.size() < MOST) {
                batch.add(queue.remove());
            }
        } finally {
            turn.unlock();
        }
        try {
            write(batch);
        } finally {
            turn.lock();
            try {
                batch.forEach(waiting -> waiting.done = true);
                writing = false;
                turned.signalAll();
            } finally {
                turn.unlock();
            }
        }
    }

    /** When nothing comes any more, and when the database answers again. */
    private void settleIdle() {
        turn.lock();
        try {
            boolean nothing = queue.isEmpty() && unsettled.isEmpty() && leftOver.isEmpty();
            if (nothing || writing || closed) {
                return;
            }
            writing = true;
        } finally {
            turn.unlock();
        }
        lead();
    }

    private void write(List<Waiting> batch) {
        try {
            commitAll(batch);
        } catch (DataIntegrityViolationException oneIsBad) {
            // The others must not suffer from one that the database cannot hold.
            known.forget();
            batch.forEach(this::writeAlone);
        } catch (RuntimeException unreachable) {
            mayBeLost(unreachable);
            batch.forEach(w -> fail(w, unreachable));
        }
    }

    /** A database that cannot be reached may have died, and what it did not settle with it. */
    private void mayBeLost(RuntimeException cause) {
        if (!unsettled.isEmpty()) {
            log.warn("{} records are indexed once more: {}", unsettled.size(), cause.getMessage());
            leftOver.addAll(unsettled);
            unsettled.clear();
        }
        known.forget();
    }

    private void writeAlone(Waiting waiting) {
        try {
            commitAll(List.of(waiting));
        } catch (RuntimeException e) {
            fail(waiting, e);
        }
    }

    private void fail(Waiting waiting, RuntimeException cause) {
        if (!(cause instanceof DataIntegrityViolationException)) {
            leftOver.add(waiting.stored);
        }
        log.error("a record of the archive is not in the index: {}", waiting.stored.ref(), cause);
        waiting.failure = cause;
    }

    private void commitAll(List<Waiting> batch) {
        if (!leftOver.isEmpty()) {
            // One that makes no row never will be there: who waited for it to settle would wait for ever.
            unsettled.addAll(IndexRows.of(rows.addEach(leftOver, transactions), RecordKind.INSTANCE));
            leftOver.clear();
        }
        List<StoredRecord> records =
                batch.stream().map(waiting -> waiting.stored).toList();
        List<StoredRecord> instances = IndexRows.of(records, RecordKind.INSTANCE);
        boolean settles = instances.size() < records.size()
                || batch.isEmpty()
                || System.nanoTime() - settled > SETTLED_EVERY.toNanos();
        List<StoredRecord> newSeries =
                instances.stream().filter(stored -> !known.contains(stored)).toList();
        Set<SegmentRef> first;
        if (settles || !newSeries.isEmpty()) {
            first = transactions.execute(status -> {
                if (settles) {
                    settle();
                }
                rows.addSeries(newSeries);
                return add(records, instances);
            });
        } else {
            // Each record is one statement: together they need no transaction, and so one round trip only.
            first = add(records, instances);
        }
        known.committed(instances);
        if (settles) {
            unsettled.clear();
            settled = System.nanoTime();
        } else {
            unsettled.addAll(instances);
        }
        for (Waiting waiting : batch) {
            waiting.first = waiting.stored.kind() != RecordKind.INSTANCE || first.contains(waiting.stored.ref());
        }
    }

    /** @return the records that stand for their SOP Instance UIDs */
    private Set<SegmentRef> add(List<StoredRecord> records, List<StoredRecord> instances) {
        Set<SegmentRef> added = rows.addAll(records);
        return added.size() == instances.size() ? added : winners(instances);
    }

    /** Makes the caller's transaction, and with it all before, durable; what the database lost meanwhile is added again. */
    private void settle() {
        connection.waitForTheDisk();
        String[] uids = sopInstances(unsettled).distinct().toArray(String[]::new);
        Integer there = jdbc.queryForObject(
                "SELECT count(*) FROM instance WHERE sop_instance_uid = ANY(?)", Integer.class, (Object) uids);
        if (there == null || there < uids.length) {
            log.warn("the database lost records of the index: {} are added again", unsettled.size());
            rows.add(unsettled);
        }
        progress.indexedUpTo().ifPresent(rows::indexedUpTo);
    }

    private static Stream<String> sopInstances(List<StoredRecord> instances) {
        return instances.stream().map(stored -> stored.meta().get(RecordMeta.SOP_INSTANCE));
    }

    private Set<SegmentRef> winners(List<StoredRecord> instances) {
        String[] uids = sopInstances(instances).toArray(String[]::new);
        Set<SegmentRef> winners = new HashSet<>();
        jdbc.query(
                "SELECT segment, start, length FROM instance WHERE sop_instance_uid = ANY(?)",
                row -> {
                    winners.add(new SegmentRef(row.getString(1), row.getLong(2), row.getLong(3)));
                },
                (Object) uids);
        return winners;
    }

    /** What waits is failed: nobody was told Success. */
    @Override
    public void close() {
        settler.close();
        turn.lock();
        try {
            closed = true;
            turned.signalAll();
            while (writing) {
                turned.awaitUninterruptibly();
            }
        } finally {
            turn.unlock();
        }
        connection.close();
    }
}
