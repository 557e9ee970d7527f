package io.tomogrid.slices.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** When a child's file changed last, as seen from here. */
final class Heartbeat {
    private final Path file;
    private String last = "";
    private long at;

    Heartbeat(Path file) {
        this.file = file;
    }

    synchronized void look() {
        String now = read();
        if (!now.isEmpty() && !now.equals(last)) {
            last = now;
            at = System.nanoTime();
        }
    }

    synchronized void forget() {
        last = "";
    }

    /** Empty before the first beat. */
    synchronized Optional<Duration> silence() {
        return last.isEmpty() ? Optional.empty() : Optional.of(Duration.ofNanos(System.nanoTime() - at));
    }

    private String read() {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException beingWritten) {
            return last;
        }
    }
}
