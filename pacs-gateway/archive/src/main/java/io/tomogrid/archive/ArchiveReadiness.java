package io.tomogrid.archive;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;

/** Waits until an archive's file system takes something. A local folder does at once or never. */
public final class ArchiveReadiness {
    private static final long POLL_MILLIS = 500;

    private ArchiveReadiness() {}

    /**
     * Returns once the file system can be written, an HDFS that is in safe mode, say, after it has left it.
     *
     * @param root {@code file:///folder} or {@code hdfs://name-node:port/folder}
     * @param patience how long to wait at most
     * @param tell is told what is waited for, once for each reason
     * @throws ArchiveUnavailableException saying what is wrong, if it still is after that time
     */
    public static void await(URI root, Duration patience, Consumer<String> tell) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        String told = "";
        try (Storage storage = Storage.open(root)) {
            while (true) {
                try {
                    storage.requireReady();
                    return;
                } catch (ArchiveUnavailableException notYet) {
                    if (System.nanoTime() > deadline) {
                        throw notYet;
                    }
                    if (!told.equals(notYet.fault())) {
                        told = notYet.fault();
                        tell.accept("waits for up to " + patience.toSeconds() + " s: " + notYet.getMessage());
                    }
                }
                pause();
            }
        }
    }

    private static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the archive");
        }
    }
}
