package io.tomogrid.archive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** The bytes of one record, in memory or in a temporary file that goes when this is closed. Can be read many times. */
public final class Payload implements AutoCloseable {
    private static final int CHUNK = 1 << 16;

    private final byte[] bytes;
    private final Path file;
    private final long length;
    private final String sha256;
    /** Who takes the array; a second closing must not give it to two. */
    private final AtomicReference<Consumer<byte[]>> done;

    private Payload(byte[] bytes, Path file, long length, String sha256, Consumer<byte[]> done) {
        this.bytes = bytes;
        this.file = file;
        this.length = length;
        this.sha256 = sha256;
        this.done = new AtomicReference<>(done);
    }

    /**
     * A payload in memory.
     *
     * @param bytes kept, not copied: they must not change any more
     */
    public static Payload of(byte[] bytes) {
        return inMemory(bytes, bytes.length, Sha256.hex(Sha256.digest().digest(bytes)), closed -> {});
    }

    /** The payload of a record that has none. */
    public static Payload none() {
        return of(new byte[0]);
    }

    /** @param done is given the array back when this is closed */
    static Payload inMemory(byte[] bytes, int length, String sha256, Consumer<byte[]> done) {
        return new Payload(bytes, null, length, sha256, done);
    }

    static Payload inFile(Path file, long length, String sha256) {
        return new Payload(null, file, length, sha256, closed -> {});
    }

    /** From the first byte on; the caller closes it. */
    public InputStream open() throws IOException {
        return file == null ? new ByteArrayInputStream(bytes, 0, (int) length) : Files.newInputStream(file);
    }

    /** All of it; what lies in memory in one piece. */
    void writeTo(OutputStream out) throws IOException {
        if (file == null) {
            out.write(bytes, 0, (int) length);
            return;
        }
        long left = length;
        try (InputStream in = Files.newInputStream(file)) {
            byte[] chunk = new byte[CHUNK];
            while (left > 0) {
                int read = in.read(chunk, 0, (int) Math.min(chunk.length, left));
                if (read < 0) {
                    throw new IOException("payload ends " + left + " bytes before its length");
                }
                out.write(chunk, 0, read);
                left -= read;
            }
        }
    }

    public long length() {
        return length;
    }

    /** SHA-256 of the bytes, lower-case hexadecimal. */
    public String sha256() {
        return sha256;
    }

    /** The bytes must not be read any more. */
    @Override
    public void close() throws IOException {
        if (file != null) {
            Files.deleteIfExists(file);
        } else {
            done.getAndSet(closed -> {}).accept(bytes);
        }
    }
}
