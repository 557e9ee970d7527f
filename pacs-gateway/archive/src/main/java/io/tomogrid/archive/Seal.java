package io.tomogrid.archive;

import io.tomogrid.archive.SegmentFormat.Trailer;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataInputStream;

/**
 * The table of a segment's index rows and its trailer, so that nobody needs to read the payloads to know what is there. It
 * ends a segment that was closed in order; that of a segment that was not is kept in a file of its own beside it.
 */
record Seal(List<StoredRecord> rows, long recordsEnd) {
    private static final long MAX_TABLE = Integer.MAX_VALUE - (1 << 16);

    static byte[] encode(List<StoredRecord> rows, long recordsEnd, long salt) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream table = new DataOutputStream(bytes);
        try {
            for (StoredRecord row : rows) {
                byte[] meta = Meta.encode(row.meta());
                table.writeByte(row.kind().code());
                table.writeLong(row.ref().offset());
                table.writeLong(row.ref().length());
                table.write(Sha256.bytes(row.sha256()));
                table.writeInt(meta.length);
                table.write(meta);
            }
            table.write(Trailer.encode(recordsEnd, bytes.toByteArray(), rows.size(), salt));
        } catch (IOException notInMemory) {
            throw new IllegalStateException(notInMemory);
        }
        return bytes.toByteArray();
    }

    /** Whether a file of this length ends with a trailer; what the trailer promises is not looked at. */
    static boolean endsWithTrailer(FSDataInputStream in, long length) throws IOException {
        return trailer(in, length).isPresent();
    }

    /**
     * @param in a segment, or the seal beside it
     * @param length bytes of that file
     * @param salt of the segment
     * @return empty if there is no whole seal
     */
    static Optional<Seal> read(FSDataInputStream in, long length, String segment, long salt) throws IOException {
        Optional<Trailer> found = trailer(in, length);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Trailer trailer = found.get();
        byte[] table = new byte[(int) trailer.tableLength()];
        in.readFully(length - SegmentFormat.TRAILER - table.length, table);
        return trailer.covers(table, salt)
                ? Optional.of(new Seal(rows(table, trailer.rows(), segment), trailer.recordsEnd()))
                : Optional.empty();
    }

    private static Optional<Trailer> trailer(FSDataInputStream in, long length) throws IOException {
        if (length < SegmentFormat.TRAILER) {
            return Optional.empty();
        }
        byte[] bytes = new byte[SegmentFormat.TRAILER];
        in.readFully(length - bytes.length, bytes);
        return Trailer.decode(bytes)
                .filter(trailer -> trailer.tableLength() >= 0
                        && trailer.tableLength() <= Math.min(length - bytes.length, MAX_TABLE));
    }

    private static List<StoredRecord> rows(byte[] table, int count, String segment) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(table);
        List<StoredRecord> rows = new ArrayList<>();
        try {
            for (int row = 0; row < count; row++) {
                RecordKind kind =
                        RecordKind.of(bytes.get()).orElseThrow(() -> new IOException("unknown kind of record"));
                SegmentRef ref = new SegmentRef(segment, bytes.getLong(), bytes.getLong());
                byte[] sha256 = new byte[Sha256.BYTES];
                bytes.get(sha256);
                byte[] meta = new byte[bytes.getInt()];
                bytes.get(meta);
                rows.add(new StoredRecord(kind, Meta.decode(meta), ref, Sha256.hex(sha256)));
            }
        } catch (BufferUnderflowException | IllegalArgumentException | NegativeArraySizeException malformed) {
            throw new IOException(segment + ": the table of its rows has its checksum but not its form", malformed);
        }
        return rows;
    }
}
