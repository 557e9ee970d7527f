package io.tomogrid.slices.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;

/** When a child's file was touched last, as seen from here. A child without one is not judged. */
final class Heartbeat {
    private final Path file;
    private Optional<FileTime> last = Optional.empty();
    private long at;

    Heartbeat(Path file) {
        this.file = file;
    }

    synchronized void look() {
        Optional<FileTime> now = touched();
        if (!now.equals(last)) {
            last = now;
            at = System.nanoTime();
        }
    }

    synchronized void forget() {
        last = Optional.empty();
    }

    /** Empty before the first beat. */
    synchronized Optional<Duration> silence() {
        return last.map(beat -> Duration.ofNanos(System.nanoTime() - at));
    }

    private Optional<FileTime> touched() {
        try {
            return Files.exists(file) ? Optional.of(Files.getLastModifiedTime(file)) : Optional.empty();
        } catch (IOException vanished) {
            return Optional.empty();
        }
    }
}
