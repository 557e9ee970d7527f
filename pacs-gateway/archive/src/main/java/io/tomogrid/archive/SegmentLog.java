package io.tomogrid.archive;

import io.tomogrid.archive.SegmentFormat.RecordHead;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The archive's one writer: appends records to segment files and returns only when they are durable. Thread-safe; many
 * threads share one sync.
 *
 * <p>A record that was written but not acknowledged, because the process died or the sync failed, may be there after all
 * and appear in a replay: whoever sent it sends it again, and the same content twice is one instance.
 */
public final class SegmentLog implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);

    private final Storage storage;
    private final SegmentLogConfig config;
    private final Storage.WriterLock writerLock;
    private final Segments segments;
    private final List<Damage> damages = new CopyOnWriteArrayList<>();
    private final LongAdder records = new LongAdder();
    private final LongAdder syncs = new LongAdder();

    private final ReentrantLock turn = new ReentrantLock();
    private final Room room;
    private String next;
    private OpenSegment current;
    private boolean closed;

    private SegmentLog(Storage storage, SegmentLogConfig config, Storage.WriterLock writerLock) {
        this.storage = storage;
        this.config = config;
        this.writerLock = writerLock;
        this.segments = new Segments(storage);
        this.room = new Room(storage, config.minFreeBytes());
    }

    /** Since this log was opened: records acknowledged, and syncs that it took. */
    public record Counts(long records, long syncs) {}

    /**
     * Makes the archive if there is none. What a predecessor that died left behind is read through, sealed and, where it is
     * damaged, reported by {@link #damages}.
     *
     * @param root {@code file:///folder} or {@code hdfs://name-node:port/folder}
     * @throws ArchiveInUseException if there is another writer; on HDFS one that died counts as one for up to 90 s, so
     *     long this waits
     * @throws IOException also if the file system cannot sync
     */
    public static SegmentLog open(URI root, SegmentLogConfig config) throws IOException {
        Storage storage = Storage.open(root);
        try {
            return open(storage, config);
        } catch (IOException failed) {
            storage.close();
            throw storage.explain(failed);
        } catch (RuntimeException | Error failed) {
            storage.close();
            throw failed;
        }
    }

    static SegmentLog open(Storage storage, SegmentLogConfig config) throws IOException {
        storage.makeFolders();
        Storage.WriterLock lock = storage.lock();
        try {
            requireSync(storage);
            SegmentLog log = new SegmentLog(storage, config, lock);
            log.recover();
            return log;
        } catch (IOException | RuntimeException | Error failed) {
            lock.close();
            throw failed;
        }
    }

    /**
     * Appends one record and waits until it is durable.
     *
     * @param meta the index row from which this record's place in the index can be rebuilt; no value may be null
     * @return where the payload's bytes lie
     * @throws NoRoomException if there is no room; nothing was stored, and there is no need to start anew later
     * @throws ArchiveUnavailableException if the file system takes nothing just now
     * @throws IOException if it cannot be made durable; it may be there all the same, but nobody may rely on it
     */
    public SegmentRef append(RecordKind kind, Map<String, String> meta, Payload payload) throws IOException {
        byte[] row = Meta.encode(meta);
        OpenSegment segment;
        StoredRecord stored;
        turn.lock();
        try {
            requireOpen();
            long size = RecordHead.size(row.length) + payload.length();
            room.take(size);
            segment = segmentFor(size);
            stored = segment.append(kind, meta, row, payload);
        } catch (IOException failed) {
            throw room.explain(failed);
        } finally {
            turn.unlock();
        }
        try {
            segment.awaitDurable(stored.ref().offset() + stored.ref().length());
        } catch (IOException failed) {
            throw forgetRoom(failed);
        }
        records.increment();
        return stored.ref();
    }

    /** Every record, in the order in which they were appended. */
    public <X extends Exception> void replay(RecordVisitor<X> visitor) throws IOException, X {
        replayFrom("", 0, visitor);
    }

    /**
     * The records behind a place. Appends end in any order, so a place is a mark up to which the index is complete only
     * once everything before it is in the index, too.
     */
    public <X extends Exception> void replay(SegmentRef after, RecordVisitor<X> visitor) throws IOException, X {
        replayFrom(after.segment(), after.offset(), visitor);
    }

    /** Bytes of segments that are no record, as found on opening and in replays. */
    public List<Damage> damages() {
        return List.copyOf(damages);
    }

    public Counts counts() {
        return new Counts(records.sum(), syncs.sum());
    }

    /** Bytes that the archive's file system still takes. */
    public long freeBytes() throws IOException {
        return storage.remaining();
    }

    /** Seals the segment that is being written and lets the next writer in. */
    @Override
    public void close() throws IOException {
        turn.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            try {
                finishCurrent();
            } finally {
                writerLock.close();
                storage.close();
            }
        } finally {
            turn.unlock();
        }
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("archive " + storage.root() + " is closed");
        }
    }

    private static void requireSync(Storage storage) throws IOException {
        Path probe = new Path(storage.root(), "sync-probe");
        storage.files().delete(probe, false);
        try (FSDataOutputStream out = storage.create(probe, 1)) {
            if (!out.hasCapability("hsync")) {
                throw new IOException("archive " + storage.root() + ": its file system cannot sync ("
                        + storage.files().getClass().getName() + " says hsync=false), so nothing could be acknowledged;"
                        + " use file:///folder or an HDFS folder without erasure coding");
            }
            out.write(1);
            storage.sync(out);
        } catch (FSError local) {
            throw new IOException("archive " + storage.root() + " cannot be written: " + local.getMessage(), local);
        }
        storage.files().delete(probe, false);
    }

    private void recover() throws IOException {
        List<String> names = segments.names();
        for (String name : names) {
            if (!segments.isSealed(name)) {
                report(segments.settle(name));
            }
        }
        next = Segments.nameAfter(names);
    }

    private void report(List<Damage> found) {
        for (Damage damage : found) {
            if (!damages.contains(damage)) {
                LOG.warn("{}", damage);
                damages.add(damage);
            }
        }
    }

    /** The segment that takes so many bytes more; the one before it is sealed. */
    private OpenSegment segmentFor(long size) throws IOException {
        boolean full = current != null && current.written() + size > config.segmentBytes();
        if (full || (current != null && current.isBroken())) {
            finishCurrent();
        }
        if (current == null) {
            writerLock.check();
            String name = next;
            next = Segments.nameAfter(List.of(name));
            current = OpenSegment.create(storage, name, Math.max(config.segmentBytes(), size), syncs);
        }
        return current;
    }

    /** A segment that cannot be sealed is left as it is: its records are found by reading it. */
    private void finishCurrent() {
        OpenSegment finished = current;
        current = null;
        if (finished == null) {
            return;
        }
        if (!finished.isBroken()) {
            try {
                finished.seal();
                return;
            } catch (IOException failed) {
                LOG.warn("{} could not be sealed: {}", finished.name(), failed.getMessage());
            }
        }
        finished.giveUp();
    }

    private IOException forgetRoom(IOException failed) {
        turn.lock();
        try {
            return room.explain(failed);
        } finally {
            turn.unlock();
        }
    }

    private <X extends Exception> void replayFrom(String segment, long offset, RecordVisitor<X> visitor)
            throws IOException, X {
        List<String> names;
        String open;
        List<StoredRecord> openRows;
        turn.lock();
        try {
            names = segments.names();
            open = current == null ? "" : current.name();
            openRows = current == null ? List.of() : current.durableRows();
        } finally {
            turn.unlock();
        }
        for (String name : names) {
            if (name.compareTo(segment) >= 0) {
                for (StoredRecord stored : name.equals(open) ? openRows : rows(name)) {
                    if (name.compareTo(segment) > 0 || stored.ref().offset() > offset) {
                        visitor.visit(stored);
                    }
                }
            }
        }
    }

    private List<StoredRecord> rows(String name) throws IOException {
        if (!segments.isSealed(name)) {
            report(segments.settle(name));
        }
        Segments.Contents contents = segments.read(name);
        report(contents.damages());
        return new ArrayList<>(contents.rows());
    }
}
