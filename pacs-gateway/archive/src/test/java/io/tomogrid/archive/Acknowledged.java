package io.tomogrid.archive;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A record whose append returned: from then on it must never be missing. */
record Acknowledged(SegmentRef ref, String sha256, Map<String, String> meta) {
    static Acknowledged append(SegmentLog log, RecordKind kind, String uid, byte[] bytes) throws IOException {
        Map<String, String> meta = Map.of("sop-instance-uid", uid);
        try (Payload payload = Payload.of(bytes)) {
            return new Acknowledged(log.append(kind, meta, payload), payload.sha256(), meta);
        }
    }

    static Acknowledged append(SegmentLog log, String uid, byte[] bytes) throws IOException {
        return append(log, RecordKind.INSTANCE, uid, bytes);
    }

    static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** How many of these the archive does not give back as they were acknowledged, be it by reading or by a rebuild. */
    static int missing(Storage storage, SegmentLog log, Collection<Acknowledged> all) throws IOException {
        Map<SegmentRef, StoredRecord> rebuilt = new HashMap<>();
        log.replay(stored -> rebuilt.put(stored.ref(), stored));
        SegmentReader reader = new SegmentReader(storage);
        int missing = 0;
        for (Acknowledged one : all) {
            StoredRecord stored = rebuilt.get(one.ref);
            boolean indexed = stored != null
                    && stored.sha256().equals(one.sha256)
                    && stored.meta().equals(one.meta);
            missing += indexed && isReadable(reader, one) ? 0 : 1;
        }
        return missing;
    }

    static int missing(Path root, Collection<Acknowledged> all) throws IOException {
        return missing(root.toUri(), all);
    }

    static int missing(URI root, Collection<Acknowledged> all) throws IOException {
        try (Storage storage = Storage.open(root);
                SegmentLog log = SegmentLog.open(root, small())) {
            return missing(storage, log, all);
        }
    }

    /** Segments of 64 KiB, the last byte of the disk may be taken. */
    static SegmentLogConfig small() {
        return new SegmentLogConfig(1 << 16, 0);
    }

    static Map<SegmentRef, StoredRecord> replay(SegmentLog log) throws IOException {
        Map<SegmentRef, StoredRecord> found = new TreeMap<>();
        log.replay(stored -> found.put(stored.ref(), stored));
        return found;
    }

    private static boolean isReadable(SegmentReader reader, Acknowledged one) throws IOException {
        try {
            return reader.read(one.ref, one.sha256).length == one.ref.length();
        } catch (DamagedRecordException lost) {
            return false;
        }
    }
}
