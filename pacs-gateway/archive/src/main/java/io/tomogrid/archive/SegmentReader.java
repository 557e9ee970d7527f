package io.tomogrid.archive;

import java.io.Closeable;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.security.MessageDigest;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;

/**
 * Reads payloads by their place, also from the segment that is still being written. Thread-safe; any number of processes
 * may read beside the writer.
 */
public final class SegmentReader implements Closeable {
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;
    private static final int SOME = 1 << 16;

    private final Storage storage;

    SegmentReader(Storage storage) {
        this.storage = storage;
    }

    /**
     * For reading only; there may or may not be a writer.
     *
     * @param root {@code file:///folder} or {@code hdfs://name-node:port/folder}
     */
    public static SegmentReader open(URI root) throws IOException {
        return new SegmentReader(Storage.open(root));
    }

    /**
     * A whole payload, verified.
     *
     * @param sha256 what the bytes must have, lower-case hexadecimal
     * @throws DamagedRecordException naming the place, if they have another one or the segment ends before
     */
    public byte[] read(SegmentRef ref, String sha256) throws IOException {
        if (ref.length() > MAX_ARRAY) {
            throw new IOException(ref + " is too long for the memory; read it as a stream");
        }
        byte[] bytes;
        try (FSDataInputStream in = openAt(ref)) {
            bytes = in.readNBytes((int) ref.length());
        } catch (FSError local) {
            throw new DamagedRecordException(ref, "cannot be read: " + local.getMessage(), local);
        }
        if (bytes.length < ref.length()) {
            throw new DamagedRecordException(ref, "the segment ends after " + bytes.length + " of them", null);
        }
        String found = Sha256.hex(Sha256.digest().digest(bytes));
        if (!found.equals(sha256)) {
            throw otherBytes(ref, found, sha256);
        }
        return bytes;
    }

    /**
     * Reads a payload through, of any length.
     *
     * @throws DamagedRecordException naming the place, if it has another SHA-256 or the segment ends before
     */
    public void verify(SegmentRef ref, String sha256) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] some = new byte[SOME];
        try (InputStream in = stream(ref)) {
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                digest.update(some, 0, n);
            }
        }
        String found = Sha256.hex(digest.digest());
        if (!found.equals(sha256)) {
            throw otherBytes(ref, found, sha256);
        }
    }

    private static DamagedRecordException otherBytes(SegmentRef ref, String found, String expected) {
        return new DamagedRecordException(ref, "SHA-256 is " + found + ", expected " + expected, null);
    }

    /**
     * Exactly the payload's bytes, unverified; the caller closes it. A segment that ends before ends the stream with
     * {@link DamagedRecordException}.
     */
    public InputStream stream(SegmentRef ref) throws IOException {
        return new PayloadStream(openAt(ref), ref);
    }

    @Override
    public void close() throws IOException {
        storage.close();
    }

    private FSDataInputStream openAt(SegmentRef ref) throws IOException {
        FSDataInputStream in;
        try {
            in = storage.files().open(storage.file(ref.segment()));
        } catch (FileNotFoundException missing) {
            throw new DamagedRecordException(ref, "the segment is missing", missing);
        }
        try {
            in.seek(ref.offset());
            return in;
        } catch (EOFException tooShort) {
            in.close();
            throw new DamagedRecordException(ref, "the segment ends before", tooShort);
        } catch (IOException failed) {
            in.close();
            throw failed;
        }
    }

    private static final class PayloadStream extends FilterInputStream {
        private final SegmentRef ref;
        private long left;

        PayloadStream(InputStream in, SegmentRef ref) {
            super(in);
            this.ref = ref;
            this.left = ref.length();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read;
            try {
                read = in.read(bytes, from, (int) Math.min(length, left));
            } catch (FSError local) {
                throw new DamagedRecordException(ref, "cannot be read: " + local.getMessage(), local);
            }
            if (read < 0) {
                throw new DamagedRecordException(ref, "the segment ends " + left + " bytes before", null);
            }
            left -= read;
            return read;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = in.skip(Math.min(count, left));
            left -= skipped;
            return skipped;
        }

        @Override
        public int available() throws IOException {
            return (int) Math.min(in.available(), left);
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
