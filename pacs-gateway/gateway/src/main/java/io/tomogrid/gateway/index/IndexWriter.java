package io.tomogrid.gateway.index;

import io.tomogrid.archive.RecordKind;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.archive.StoredRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/*
 * One thread writes, so that associations which bring the first images of one study at once do not meet in the database,
 * and so that all that waits goes into one transaction.
 *
 * In the middle of a series a transaction is one round trip and a commit: what the rows before it made sure of is not asked
 * again, and the mark from which a catch-up begins may lag behind, since a catch-up passes over what is there.
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
    private static final long SETTLED_EVERY_NANOS = 500_000_000;

    private final WriterConnection connection;
    private final IndexRows rows;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final Progress progress;
    private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final List<StoredRecord> leftOver = new ArrayList<>();
    private final List<StoredRecord> unsettled = new ArrayList<>();
    private final KnownSeries known = new KnownSeries();
    private final Thread thread;
    private long settled = System.nanoTime() - SETTLED_EVERY_NANOS;
    private volatile boolean closed;

    private record Waiting(StoredRecord stored, CompletableFuture<Boolean> first) {}

    IndexWriter(DataSource pool, Progress progress) {
        this.connection = WriterConnection.like(pool);
        this.jdbc = connection.jdbc();
        this.transactions = connection.transactions();
        this.rows = new IndexRows(jdbc);
        this.progress = progress;
        this.thread = new Thread(this::run, "index-writer");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Returns when the record is committed.
     *
     * @return false when another record already stands for the same SOP Instance UID
     * @throws IOException if the database did not take it; it will be indexed later, but nobody may rely on that
     */
    boolean commit(StoredRecord stored) throws IOException {
        CompletableFuture<Boolean> first = new CompletableFuture<>();
        queue.add(new Waiting(stored, first));
        if (closed) {
            first.completeExceptionally(new IOException("the gateway is shutting down"));
        }
        try {
            return first.get();
        } catch (ExecutionException e) {
            throw new IOException("the index did not take the instance", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the index was written", e);
        }
    }

    private void run() {
        List<Waiting> batch = new ArrayList<>();
        try {
            while (!closed) {
                boolean idle = unsettled.isEmpty() && leftOver.isEmpty();
                Waiting next = idle ? queue.take() : queue.poll(SETTLED_EVERY_NANOS, TimeUnit.NANOSECONDS);
                if (next != null) {
                    batch.add(next);
                    queue.drainTo(batch, MOST - 1);
                }
                write(batch);
                batch.clear();
            }
        } catch (InterruptedException closing) {
            // what waits is told so below
        }
        batch.addAll(queue);
        batch.forEach(w -> w.first.completeExceptionally(new IOException("the gateway is shutting down")));
    }

    private void write(List<Waiting> batch) {
        try {
            commitAll(batch);
        } catch (DataIntegrityViolationException oneIsBad) {
            // The others must not suffer from one that the database cannot hold.
            known.forget();
            batch.forEach(this::writeAlone);
        } catch (DataAccessException | TransactionException unreachable) {
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
        } catch (DataAccessException | TransactionException e) {
            fail(waiting, e);
        }
    }

    private void fail(Waiting waiting, RuntimeException cause) {
        if (!(cause instanceof DataIntegrityViolationException)) {
            leftOver.add(waiting.stored);
        }
        log.error("a record of the archive is not in the index: {}", waiting.stored.ref(), cause);
        waiting.first.completeExceptionally(cause);
    }

    private void commitAll(List<Waiting> batch) {
        if (!leftOver.isEmpty()) {
            rows.addEach(leftOver, transactions);
            unsettled.addAll(leftOver);
            leftOver.clear();
        }
        List<StoredRecord> records = batch.stream().map(Waiting::stored).toList();
        List<StoredRecord> instances = IndexRows.of(records, RecordKind.INSTANCE);
        boolean settles = instances.size() < records.size()
                || batch.isEmpty()
                || System.nanoTime() - settled > SETTLED_EVERY_NANOS;
        Set<SegmentRef> first = transactions.execute(status -> {
            if (settles) {
                settle();
            }
            rows.addSeries(
                    instances.stream().filter(stored -> !known.contains(stored)).toList());
            Set<SegmentRef> added = rows.addAll(records);
            return added.size() == instances.size() ? added : winners(instances);
        });
        known.committed(instances);
        if (settles) {
            unsettled.clear();
            settled = System.nanoTime();
        } else {
            unsettled.addAll(instances);
        }
        for (Waiting waiting : batch) {
            waiting.first.complete(
                    waiting.stored.kind() != RecordKind.INSTANCE || first.contains(waiting.stored.ref()));
        }
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
        closed = true;
        thread.interrupt();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connection.close();
    }
}
