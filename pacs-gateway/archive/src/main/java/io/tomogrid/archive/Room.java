package io.tomogrid.archive;

import java.io.IOException;
import org.apache.hadoop.hdfs.protocol.QuotaExceededException;

/**
 * How much more the archive's file system takes. Asked of the file system at most once a second, and again before anything
 * is refused, so that there is room as soon as somebody made some. Guarded by the log's lock.
 */
final class Room {
    private static final long FRESH_NANOS = 1_000_000_000;

    private final Storage storage;
    private final long minFree;
    private long remaining;
    private long askedAt;
    private boolean asked;

    Room(Storage storage, long minFree) {
        this.storage = storage;
        this.minFree = minFree;
    }

    /** Sets room for so many bytes aside. */
    void take(long bytes) throws IOException {
        if (!asked || System.nanoTime() - askedAt > FRESH_NANOS || remaining < minFree + bytes) {
            remaining = storage.remaining();
            askedAt = System.nanoTime();
            asked = true;
        }
        if (remaining < minFree + bytes) {
            throw new NoRoomException("no room for " + bytes + " bytes: " + remaining + " are free in the archive and "
                    + minFree + " must stay free; free some or add storage, then send again");
        }
        remaining -= bytes;
    }

    /** What a failed write is reported as; the estimate is forgotten. */
    IOException explain(IOException failed) {
        asked = false;
        IOException explained = storage.explain(failed);
        return explained == failed && isExhausted(failed)
                ? new NoRoomException(
                        "the archive's file system is full; free some or add storage, then send again", failed)
                : explained;
    }

    /** Whether a write failed because there was no room, anywhere in the chain of causes. */
    static boolean isExhausted(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof QuotaExceededException
                    || message.contains("No space left on device")
                    || message.contains("Disk quota exceeded")
                    || message.contains("could only be written to 0 of the")) {
                return true;
            }
        }
        return false;
    }
}
