package io.tomogrid.archive;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The bytes of a segment, big-endian; {@code docs/segment-format.md} has the table. Every checksum is seeded with the
 * segment's random salt, and a record's also with its own offset: bytes inside a payload that look like a record, made
 * by whom ever, are none.
 */
final class SegmentFormat {
    static final int VERSION = 1;

    static final int FILE_HEADER = 24;
    private static final long FILE_MAGIC = 0x544F_4D4F_5345_4731L; // TOMOSEG1

    private static final int RECORD_MAGIC = 0x5447_5243; // TGRC
    static final int RECORD_HEAD = 60;
    private static final int CHECKSUM = 4;

    static final int TRAILER = 32;
    private static final long TRAILER_MAGIC = 0x544F_4D4F_5345_414CL; // TOMOSEAL

    private SegmentFormat() {}

    static byte[] fileHeader(long salt) {
        ByteBuffer bytes = ByteBuffer.allocate(FILE_HEADER)
                .putLong(FILE_MAGIC)
                .putInt(VERSION)
                .putLong(salt);
        return bytes.putInt(crc(0, 0, bytes.array(), 0, FILE_HEADER - CHECKSUM)).array();
    }

    /** The salt of a segment; empty if these bytes are no file header of this version. */
    static Optional<Long> salt(byte[] header) {
        ByteBuffer bytes = ByteBuffer.wrap(header);
        boolean whole = bytes.getLong() == FILE_MAGIC && bytes.getInt() == VERSION;
        long salt = bytes.getLong();
        return whole && bytes.getInt() == crc(0, 0, header, 0, FILE_HEADER - CHECKSUM)
                ? Optional.of(salt)
                : Optional.empty();
    }

    /**
     * The fixed first bytes of a record, which the index row and then the payload follow.
     *
     * @param metaCrc CRC32C of the index row, salted like the others
     */
    record RecordHead(RecordKind kind, int metaLength, long payloadLength, byte[] sha256, int metaCrc) {
        static RecordHead of(RecordKind kind, byte[] meta, Payload payload, long salt, long offset) {
            return new RecordHead(
                    kind,
                    meta.length,
                    payload.length(),
                    Sha256.bytes(payload.sha256()),
                    crc(salt, offset, meta, 0, meta.length));
        }

        /** Bytes of the record before the payload. */
        static int size(int metaLength) {
            return RECORD_HEAD + metaLength;
        }

        byte[] encode(long salt, long offset) {
            ByteBuffer bytes = ByteBuffer.allocate(RECORD_HEAD)
                    .putInt(RECORD_MAGIC)
                    .put((byte) VERSION)
                    .put((byte) kind.code())
                    .putShort((short) 0)
                    .putInt(metaLength)
                    .putLong(payloadLength)
                    .put(sha256)
                    .putInt(metaCrc);
            return bytes.putInt(crc(salt, offset, bytes.array(), 0, bytes.position()))
                    .array();
        }

        /**
         * @param bytes of which a record may begin at {@code from}
         * @return empty if none begins there
         */
        static Optional<RecordHead> decode(byte[] bytes, int from, long salt, long offset) {
            ByteBuffer head = ByteBuffer.wrap(bytes, from, RECORD_HEAD);
            if (head.getInt() != RECORD_MAGIC
                    || crc(salt, offset, bytes, from, RECORD_HEAD - CHECKSUM)
                            != head.getInt(from + RECORD_HEAD - CHECKSUM)
                    || head.get() != VERSION) {
                return Optional.empty();
            }
            Optional<RecordKind> kind = RecordKind.of(head.get());
            head.getShort();
            int metaLength = head.getInt();
            long payloadLength = head.getLong();
            byte[] sha256 = new byte[Sha256.BYTES];
            head.get(sha256);
            int metaCrc = head.getInt();
            boolean possible = metaLength >= 0 && metaLength <= Meta.MAX_BYTES && payloadLength >= 0;
            return possible
                    ? kind.map(known -> new RecordHead(known, metaLength, payloadLength, sha256, metaCrc))
                    : Optional.empty();
        }

        boolean covers(byte[] meta, long salt, long offset) {
            return metaCrc == crc(salt, offset, meta, 0, meta.length);
        }
    }

    /** The last bytes of a seal: where the records end, how long the table of index rows before this trailer is. */
    record Trailer(long recordsEnd, long tableLength, int rows, int checksum) {
        static byte[] encode(long recordsEnd, byte[] table, int rows, long salt) {
            ByteBuffer bytes = ByteBuffer.allocate(TRAILER)
                    .putLong(recordsEnd)
                    .putLong(table.length)
                    .putInt(rows);
            return bytes.putInt(checksum(recordsEnd, table, rows, salt))
                    .putLong(TRAILER_MAGIC)
                    .array();
        }

        /** @return empty if these bytes are no trailer; the checksum is looked at by {@link #covers} */
        static Optional<Trailer> decode(byte[] trailer) {
            ByteBuffer bytes = ByteBuffer.wrap(trailer);
            Trailer read = new Trailer(bytes.getLong(), bytes.getLong(), bytes.getInt(), bytes.getInt());
            boolean possible = bytes.getLong() == TRAILER_MAGIC && read.recordsEnd >= FILE_HEADER && read.rows >= 0;
            return possible ? Optional.of(read) : Optional.empty();
        }

        boolean covers(byte[] table, long salt) {
            return checksum == checksum(recordsEnd, table, rows, salt);
        }

        private static int checksum(long recordsEnd, byte[] table, int rows, long salt) {
            byte[] counted = ByteBuffer.allocate(Integer.BYTES + table.length)
                    .putInt(rows)
                    .put(table)
                    .array();
            return crc(salt, recordsEnd, counted, 0, counted.length);
        }
    }

    static int crc(long salt, long offset, byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(salt)
                .putLong(offset)
                .flip());
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
