package io.tomogrid.archive;

import java.util.Map;

/**
 * One record of the log without its payload.
 *
 * @param meta the index row as it was given to {@link SegmentLog#append}
 * @param ref where exactly the payload's bytes lie; also the record's place in the log's order
 * @param sha256 SHA-256 of the payload, lower-case hexadecimal
 */
public record StoredRecord(RecordKind kind, Map<String, String> meta, SegmentRef ref, String sha256) {
    public StoredRecord {
        meta = Map.copyOf(meta);
    }
}
