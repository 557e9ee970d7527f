package io.tomogrid.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Collects an incoming data set before it is decided what becomes of it: the first bytes in memory, a longer one in a
 * temporary file. Thread-safe. The folder belongs to one process; what a predecessor left there is deleted on opening.
 */
public final class Spool {
    private static final String PREFIX = "incoming-";
    private static final String SUFFIX = ".spool";
    private static final int CHUNK = 1 << 16;
    /** Arrays that are kept for the next data sets: to make, grow and clear one takes as long as to hash what comes in. */
    private static final int SPARE = 8;

    private final Path folder;
    private final int memoryBytes;
    private final long maxBytes;
    private final Queue<byte[]> spare = new ArrayBlockingQueue<>(SPARE);

    private Spool(Path folder, int memoryBytes, long maxBytes) {
        this.folder = folder;
        this.memoryBytes = memoryBytes;
        this.maxBytes = maxBytes;
    }

    /**
     * Makes the folder if there is none.
     *
     * @param memoryBytes a data set that is shorter is held in memory only
     * @param maxBytes a longer data set is refused
     */
    public static Spool open(Path folder, int memoryBytes, long maxBytes) throws IOException {
        Files.createDirectories(folder);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
        return new Spool(folder, memoryBytes, maxBytes);
    }

    /**
     * Reads to the end. Whatever goes wrong, the sender's abort included, nothing is kept.
     *
     * @throws PayloadTooLargeException if there is more than the spool admits; the rest stays unread
     * @throws NoRoomException if the spool's folder is full
     */
    public Payload receive(InputStream in) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] kept = spare.poll();
        byte[] head = kept == null ? new byte[Math.min(CHUNK, memoryBytes)] : kept;
        int length = 0;
        while (length < memoryBytes) {
            if (length == head.length) {
                head = Arrays.copyOf(head, (int) Math.min(2L * head.length, memoryBytes));
            }
            int read = in.read(head, length, head.length - length);
            if (read < 0) {
                return Payload.inMemory(head, length, Sha256.hex(digest.digest()), spare::offer);
            }
            digest.update(head, length, read);
            length += read;
            checkLength(length);
        }
        return receiveToFile(head, in, digest);
    }

    private Payload receiveToFile(byte[] head, InputStream in, MessageDigest digest) throws IOException {
        Path file = Files.createTempFile(folder, PREFIX, SUFFIX);
        boolean whole = false;
        try (OutputStream out = Files.newOutputStream(file)) {
            write(out, head, head.length);
            long length = head.length;
            byte[] chunk = new byte[CHUNK];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
                length += read;
                checkLength(length);
                write(out, chunk, read);
            }
            whole = true;
            return Payload.inFile(file, length, Sha256.hex(digest.digest()));
        } finally {
            if (!whole) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void write(OutputStream out, byte[] bytes, int length) throws IOException {
        try {
            out.write(bytes, 0, length);
        } catch (IOException failed) {
            throw Room.isExhausted(failed)
                    ? new NoRoomException("no room in the spool folder " + folder + "; free some", failed)
                    : failed;
        }
    }

    private void checkLength(long length) throws PayloadTooLargeException {
        if (length > maxBytes) {
            throw new PayloadTooLargeException(maxBytes);
        }
    }
}
