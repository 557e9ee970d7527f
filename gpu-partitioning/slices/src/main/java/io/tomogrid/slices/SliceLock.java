package io.tomogrid.slices;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/**
 * The lock of a process on a slice: an operating system's lock on a file named by the slice, which ends with the process.
 * A slice is free only when nobody holds it, whatever a scheduler believes.
 */
public final class SliceLock implements AutoCloseable {
    private static final long POLL_MILLIS = 50;

    private final FileChannel channel;

    private SliceLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Waits for the lock, so that a predecessor that hangs has gone before we begin.
     *
     * @return empty if somebody still holds it after the timeout
     */
    public static Optional<SliceLock> acquire(Path folder, SliceKey key, Duration timeout)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Files.createDirectories(folder);
        FileChannel channel = FileChannel.open(file(folder, key), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        while (true) {
            if (tryLock(channel) != null) {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(
                        Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
                return Optional.of(new SliceLock(channel));
            }
            if (System.nanoTime() > deadline) {
                channel.close();
                return Optional.empty();
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Whether a process holds the slice now. */
    public static boolean isHeld(Path folder, SliceKey key) throws IOException {
        Path file = file(folder, key);
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return tryLock(channel) == null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldInThisProcess) {
            return null;
        }
    }

    private static Path file(Path folder, SliceKey key) {
        return folder.resolve(key + ".lock");
    }
}
