package io.tomogrid.slices;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The lock of a process on a slice: an operating system's lock on a file named by the slice, which ends with the process.
 * A slice is free only when nobody holds it, whatever a scheduler believes.
 */
public final class SliceLock implements AutoCloseable {
    private static final long POLL_MILLIS = 50;

    /**
     * What this process holds. A second file descriptor must not be opened for these: closing it would end the lock, as POSIX
     * has it (fcntl, F_SETLK). Nor may the garbage collector close a channel whose lock nobody remembers.
     */
    private static final Map<Path, FileChannel> HELD_HERE = new HashMap<>();

    private final Path file;
    private final FileChannel channel;

    private SliceLock(Path file, FileChannel channel) {
        this.file = file;
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
        Path file = file(folder, key);
        Optional<SliceLock> lock = tryAcquire(file);
        while (lock.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(POLL_MILLIS);
            lock = tryAcquire(file);
        }
        return lock;
    }

    /** Whether a process holds the slice now. */
    public static boolean isHeld(Path folder, SliceKey key) throws IOException {
        Path file = file(folder, key);
        synchronized (HELD_HERE) {
            if (HELD_HERE.containsKey(file)) {
                return true;
            }
            if (!Files.exists(file)) {
                return false;
            }
            // shared, so that several processes may look at once
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                return channel.tryLock(0, Long.MAX_VALUE, true) == null;
            }
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (HELD_HERE) {
            channel.close();
            HELD_HERE.remove(file);
        }
    }

    private static Optional<SliceLock> tryAcquire(Path file) throws IOException {
        synchronized (HELD_HERE) {
            if (HELD_HERE.containsKey(file)) {
                return Optional.empty();
            }
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                if (channel.tryLock() == null) {
                    channel.close();
                    return Optional.empty();
                }
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(
                        Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            HELD_HERE.put(file, channel);
            return Optional.of(new SliceLock(file, channel));
        }
    }

    private static Path file(Path folder, SliceKey key) {
        return folder.toAbsolutePath().normalize().resolve(key + ".lock");
    }
}
