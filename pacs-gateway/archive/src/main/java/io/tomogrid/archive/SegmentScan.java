package io.tomogrid.archive;

import io.tomogrid.archive.SegmentFormat.RecordHead;
import java.io.EOFException;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataInputStream;

/**
 * Reads a segment that has no seal from its first byte to its last, payloads included, and says which records are whole.
 * Behind damaged bytes it looks for the next record.
 */
final class SegmentScan {
    private static final int CHUNK = 1 << 16;

    private final FSDataInputStream in;
    private final long length;
    private final String segment;
    private final long salt;
    private final List<StoredRecord> rows = new ArrayList<>();
    private final List<Damage> damages = new ArrayList<>();

    private SegmentScan(FSDataInputStream in, long length, String segment, long salt) {
        this.in = in;
        this.length = length;
        this.segment = segment;
        this.salt = salt;
    }

    /** @param end behind the last byte that may belong to a record */
    static SegmentScan of(FSDataInputStream in, long end, String segment, long salt) throws IOException {
        SegmentScan scan = new SegmentScan(in, end, segment, salt);
        scan.run();
        return scan;
    }

    List<StoredRecord> rows() {
        return rows;
    }

    List<Damage> damages() {
        return damages;
    }

    private void run() throws IOException {
        long offset = SegmentFormat.FILE_HEADER;
        while (offset < length) {
            Optional<StoredRecord> record = recordAt(offset);
            if (record.isPresent()) {
                offset = accept(record.get(), offset);
            } else {
                long next = nextRecord(offset + 1);
                damages.add(new Damage(
                        segment, offset, next - offset, next < length ? "damaged" : "cut off or damaged at the end"));
                offset = next;
            }
        }
    }

    /** Takes a record whose head is whole if its payload is, too; returns where it ends. */
    private long accept(StoredRecord record, long offset) throws IOException {
        long end = record.ref().offset() + record.ref().length();
        if (sha256(record.ref()).equals(record.sha256())) {
            rows.add(record);
        } else {
            damages.add(new Damage(segment, offset, end - offset, "its payload does not have its SHA-256"));
        }
        return end;
    }

    /** The record that begins here, if its head has its checksum and its payload ends inside the segment. */
    private Optional<StoredRecord> recordAt(long offset) throws IOException {
        if (length - offset < SegmentFormat.RECORD_HEAD) {
            return Optional.empty();
        }
        byte[] bytes = new byte[SegmentFormat.RECORD_HEAD];
        in.seek(offset);
        in.readFully(bytes);
        Optional<RecordHead> decoded = RecordHead.decode(bytes, 0, salt, offset);
        if (decoded.isEmpty()) {
            return Optional.empty();
        }
        RecordHead head = decoded.get();
        long payloadAt = offset + RecordHead.size(head.metaLength());
        if (payloadAt > length || head.payloadLength() > length - payloadAt) {
            return Optional.empty();
        }
        byte[] meta = new byte[head.metaLength()];
        in.readFully(meta);
        if (!head.covers(meta, salt, offset)) {
            return Optional.empty();
        }
        SegmentRef ref = new SegmentRef(segment, payloadAt, head.payloadLength());
        return Optional.of(new StoredRecord(head.kind(), Meta.decode(meta), ref, Sha256.hex(head.sha256())));
    }

    private String sha256(SegmentRef ref) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] chunk = new byte[CHUNK];
        in.seek(ref.offset());
        for (long left = ref.length(); left > 0; ) {
            int read = in.read(chunk, 0, (int) Math.min(chunk.length, left));
            if (read < 0) {
                throw new EOFException(segment + " became shorter while it was read");
            }
            digest.update(chunk, 0, read);
            left -= read;
        }
        return Sha256.hex(digest.digest());
    }

    /** The next place at which a record with a whole head begins, or the segment's end. */
    private long nextRecord(long from) throws IOException {
        byte[] window = new byte[CHUNK];
        int step = window.length - SegmentFormat.RECORD_HEAD + 1;
        for (long at = from; length - at >= SegmentFormat.RECORD_HEAD; at += step) {
            int filled = (int) Math.min(window.length, length - at);
            in.seek(at);
            in.readFully(window, 0, filled);
            for (int i = 0; i <= filled - SegmentFormat.RECORD_HEAD; i++) {
                if (RecordHead.decode(window, i, salt, at + i).isPresent()
                        && recordAt(at + i).isPresent()) {
                    return at + i;
                }
            }
        }
        return length;
    }
}
