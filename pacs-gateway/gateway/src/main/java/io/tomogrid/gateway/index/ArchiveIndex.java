package io.tomogrid.gateway.index;

import io.tomogrid.archive.NoRoomException;
import io.tomogrid.archive.Payload;
import io.tomogrid.archive.RecordKind;
import io.tomogrid.archive.RecordVisitor;
import io.tomogrid.archive.SegmentLog;
import io.tomogrid.archive.SegmentReader;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.archive.StoredRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** The archive and its index as one: what is kept is appended, synced and indexed, in this order (ING-02). */
public final class ArchiveIndex implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ArchiveIndex.class);
    private static final int REPLAY_BATCH = 500;

    private final SegmentLog archive;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final IndexRows rows;
    private final Progress progress;
    private final IndexWriter writer;
    private final SeriesHeld held;

    /** Brings the index up to the archive before anything else comes in. */
    public ArchiveIndex(SegmentLog archive, SegmentReader reader, JdbcTemplate jdbc, TransactionTemplate transactions)
            throws IOException {
        this.archive = archive;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.rows = new IndexRows(jdbc);
        this.progress = new Progress(catchUp(new Decisions(reader, jdbc, transactions)));
        this.writer = new IndexWriter(jdbc.getDataSource(), progress);
        this.held = new SeriesHeld(jdbc);
    }

    /**
     * An instance as the index knows it.
     *
     * @param fileSha256 of the staged file that a result was taken from; empty for what came from outside
     */
    public record Indexed(SegmentRef ref, String transferSyntax, String sha256, String fileSha256) {}

    /**
     * Whether {@link #find} is worth its question. When this says no, {@link #keep} still tells if the instance was there.
     */
    public boolean mayHold(InstanceHeader instance) {
        return held.mayHold(instance.studyUid(), instance.seriesUid(), instance.sopInstanceUid());
    }

    public Optional<Indexed> find(String sopInstanceUid) {
        return jdbc
                .query(
                        "SELECT segment, start, length, transfer_syntax_uid, sha256, coalesce(file_sha256, '') FROM instance"
                                + " WHERE sop_instance_uid = ?",
                        (row, n) -> new Indexed(
                                new SegmentRef(row.getString(1), row.getLong(2), row.getLong(3)),
                                row.getString(4),
                                row.getString(5),
                                row.getString(6)),
                        sopInstanceUid)
                .stream()
                .findFirst();
    }

    /** Whether these bytes are kept aside already. @param kind CONFLICT or QUARANTINE */
    public boolean isAside(RecordKind kind, String sopInstanceUid, String sha256) {
        String table = kind == RecordKind.CONFLICT ? "conflict" : "quarantine";
        Integer count = jdbc.queryForObject(
                "SELECT count(*) FROM " + table + " WHERE sop_instance_uid = ? AND sha256 = ?",
                Integer.class,
                sopInstanceUid,
                sha256);
        return count != null && count > 0;
    }

    /**
     * Appends, syncs and indexes.
     *
     * @return false when another record stands for the same SOP Instance UID already: ask {@link #find} again
     * @throws NoRoomException if the archive is full; nothing was kept
     */
    public boolean keep(RecordKind kind, Map<String, String> meta, Payload payload) throws IOException {
        Progress.Work work = progress.begin();
        SegmentRef ref;
        try {
            ref = archive.append(kind, meta, payload);
        } catch (NoRoomException nothingWritten) {
            progress.end(work);
            throw nothingWritten;
        }
        progress.appended(ref);
        boolean first = writer.commit(new StoredRecord(kind, meta, ref, payload.sha256()));
        // Work that failed never ends: the next start looks again at what it may have left in the archive.
        progress.end(work);
        if (first && kind == RecordKind.INSTANCE) {
            held.added(meta.get(RecordMeta.STUDY), meta.get(RecordMeta.SERIES), meta.get(RecordMeta.SOP_INSTANCE));
        }
        return first;
    }

    /**
     * Writes down in the archive what the caller is about to commit, so that an index that is built anew knows of it. If
     * the caller's transaction fails he has to decide again: the last decision about the same thing counts.
     *
     * @param meta {@link RecordMeta#studyComplete} or another decision
     * @throws UncheckedIOException if the archive does not take it; the transaction must not be committed
     */
    public void decide(Map<String, String> meta, String document) {
        try {
            archive.append(RecordKind.DECISION, meta, Payload.of(document.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** @return the last record of the archive, or null when it is empty */
    private SegmentRef catchUp(Decisions decisions) throws IOException {
        Optional<SegmentRef> from = jdbc
                .query(
                        "SELECT segment, start FROM indexed",
                        (row, n) -> new SegmentRef(row.getString(1), row.getLong(2), 0))
                .stream()
                .findFirst();
        var batch = new ArrayList<StoredRecord>();
        SegmentRef[] last = {from.orElse(null)};
        int[] count = {0};
        RecordVisitor<RuntimeException> visitor = stored -> {
            last[0] = stored.ref();
            count[0]++;
            if (stored.kind() != RecordKind.DECISION) {
                batch.add(stored);
            }
            // A decision speaks of what came before it. An index that was not lost holds all that were carried out.
            boolean decision = stored.kind() == RecordKind.DECISION && from.isEmpty();
            if (decision || batch.size() == REPLAY_BATCH) {
                index(batch);
            }
            if (decision) {
                decisions.restore(stored);
            }
        };
        if (from.isPresent()) {
            archive.replay(from.get(), visitor);
        } else {
            archive.replay(visitor);
        }
        index(batch);
        // Only now: an index that was built by half is built anew, decisions included.
        if (last[0] != null) {
            transactions.executeWithoutResult(status -> rows.indexedUpTo(last[0]));
        }
        if (count[0] > 0) {
            log.info("{} records of the archive were brought into the index", count[0]);
        }
        return last[0];
    }

    private void index(List<StoredRecord> batch) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            transactions.executeWithoutResult(status -> rows.add(batch));
        } catch (DataIntegrityViolationException oneIsBad) {
            rows.addEach(batch, transactions);
        }
        batch.clear();
    }

    @Override
    public void close() {
        writer.close();
    }
}
