package io.tomogrid.archive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bytes of one record, in memory or in a temporary file that goes when this is closed. Can be read many times. */
public final class Payload implements AutoCloseable {
    private final byte[] head;
    private final int headLength;
    private final Path file;
    private final long length;
    private final String sha256;

    private Payload(byte[] head, int headLength, Path file, long length, String sha256) {
        this.head = head;
        this.headLength = headLength;
        this.file = file;
        this.length = length;
        this.sha256 = sha256;
    }

    /**
     * A payload in memory.
     *
     * @param bytes kept, not copied: they must not change any more
     */
    public static Payload of(byte[] bytes) {
        return inMemory(bytes, bytes.length, Sha256.hex(Sha256.digest().digest(bytes)));
    }

    /** The payload of a record that has none. */
    public static Payload none() {
        return of(new byte[0]);
    }

    static Payload inMemory(byte[] bytes, int length, String sha256) {
        return new Payload(bytes, length, null, length, sha256);
    }

    static Payload inFile(Path file, long length, String sha256) {
        return new Payload(null, 0, file, length, sha256);
    }

    /** From the first byte on; the caller closes it. */
    public InputStream open() throws IOException {
        return file == null ? new ByteArrayInputStream(head, 0, headLength) : Files.newInputStream(file);
    }

    public long length() {
        return length;
    }

    /** SHA-256 of the bytes, lower-case hexadecimal. */
    public String sha256() {
        return sha256;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            Files.deleteIfExists(file);
        }
    }
}
