package io.tomogrid.archive;

import io.tomogrid.archive.SegmentFormat.RecordHead;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segment that is being written. Appending and sealing are the log's, one at a time; waiting for durability is
 * everybody's.
 */
final class OpenSegment {
    /* Group commit: whoever finds no sync under way leads one for all that is written by then; the others wait for it, and
     * those that it did not cover elect the next leader. Writing goes on meanwhile.
     * After a failed write or sync nothing is known about the bytes behind the last good sync (the kernel may have dropped
     * the dirty pages and says so once), so the segment is given up: everybody who waits fails, none is tried again here. */
    private static final Logger LOG = LoggerFactory.getLogger(OpenSegment.class);
    private static final SecureRandom SALTS = new SecureRandom();

    private final Storage storage;
    private final String name;
    private final FSDataOutputStream out;
    private final long salt = SALTS.nextLong();
    private final LongAdder syncs;
    private final List<StoredRecord> rows = new ArrayList<>();
    private volatile long written; // changed by one thread at a time, the one that appends

    private final ReentrantLock turn = new ReentrantLock();
    private final Condition turned = turn.newCondition();
    private long durable;
    private boolean syncing;
    private IOException failure;

    private OpenSegment(Storage storage, String name, FSDataOutputStream out, LongAdder syncs) {
        this.storage = storage;
        this.name = name;
        this.out = out;
        this.syncs = syncs;
    }

    /** @param expectedBytes how long the segment will about be */
    static OpenSegment create(Storage storage, String name, long expectedBytes, LongAdder syncs) throws IOException {
        Path file = storage.file(name);
        OpenSegment segment = new OpenSegment(storage, name, storage.create(file, expectedBytes), syncs);
        try {
            segment.write(SegmentFormat.fileHeader(segment.salt));
            storage.syncFolder(file.getParent());
        } catch (IOException failed) {
            segment.giveUp();
            throw failed;
        }
        return segment;
    }

    /** Writes a record behind the others; it is not durable yet. */
    StoredRecord append(RecordKind kind, Map<String, String> meta, byte[] row, Payload payload) throws IOException {
        RecordHead head = RecordHead.of(kind, row, payload, salt, written);
        SegmentRef ref = new SegmentRef(name, written + RecordHead.size(row.length), payload.length());
        write(head.encode(salt, written));
        write(row);
        write(payload);
        StoredRecord stored = new StoredRecord(kind, meta, ref, payload.sha256());
        rows.add(stored);
        return stored;
    }

    /** Returns once everything before this position is durable. */
    void awaitDurable(long position) throws IOException {
        while (!isDurable(position)) {
            lead();
        }
    }

    /** Ends the segment with the table of its rows; everything in it is durable then. */
    void seal() throws IOException {
        long recordsEnd = written;
        write(Seal.encode(rows, recordsEnd, salt));
        awaitDurable(written);
        out.close();
    }

    /** Closes without hope; what was durable stays so. */
    void giveUp() {
        try {
            out.close();
        } catch (IOException | RuntimeException | Error alreadyBroken) {
            LOG.debug("{} did not close", name, alreadyBroken);
        }
    }

    String name() {
        return name;
    }

    long written() {
        return written;
    }

    boolean isBroken() {
        turn.lock();
        try {
            return failure != null;
        } finally {
            turn.unlock();
        }
    }

    /** The records that can be acknowledged by now, in order. */
    List<StoredRecord> durableRows() {
        turn.lock();
        try {
            return rows.stream()
                    .filter(row -> row.ref().offset() + row.ref().length() <= durable)
                    .toList();
        } finally {
            turn.unlock();
        }
    }

    /** Waits until the position is durable (true) or it is this thread's turn to sync (false). */
    private boolean isDurable(long position) throws IOException {
        turn.lock();
        try {
            while (syncing && durable < position && failure == null) {
                turned.await();
            }
            if (durable >= position) {
                return true;
            }
            if (failure != null) {
                throw new IOException(name + " was given up, nothing of it was acknowledged", failure);
            }
            syncing = true;
            return false;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (IOException)
                    new InterruptedIOException("interrupted before the record was durable").initCause(stopped);
        } finally {
            turn.unlock();
        }
    }

    private void lead() {
        long covered = written;
        IOException failed = null;
        try {
            storage.sync(out);
            syncs.increment();
        } catch (IOException | RuntimeException | Error cause) {
            failed = new IOException(name + ": sync failed: " + cause.getMessage(), cause);
        }
        turn.lock();
        try {
            syncing = false;
            if (failed == null) {
                durable = covered;
            } else if (failure == null) {
                failure = failed;
            }
            turned.signalAll();
        } finally {
            turn.unlock();
        }
    }

    private void write(byte[] bytes) throws IOException {
        try {
            out.write(bytes);
        } catch (IOException | RuntimeException | Error cause) { // Hadoop wraps a full local disk into an FSError
            throw broken(cause);
        }
        written = written + bytes.length;
    }

    private void write(Payload payload) throws IOException {
        try {
            payload.writeTo(out);
        } catch (IOException | RuntimeException | Error cause) {
            throw broken(cause);
        }
        written = written + payload.length();
    }

    private IOException broken(Throwable cause) {
        IOException failed = new IOException(name + ": write failed: " + cause.getMessage(), cause);
        turn.lock();
        try {
            if (failure == null) {
                failure = failed;
            }
            turned.signalAll();
        } finally {
            turn.unlock();
        }
        return failed;
    }
}
