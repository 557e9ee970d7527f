package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-05, with a second process. */
class SliceLockTest {
    private static final SliceKey KEY = SliceKey.parse("node1-gpu0-3g-4");

    @TempDir
    Path folder;

    /** Main of the other process: takes the lock, says so, and hangs. */
    public static void main(String[] args) throws Exception {
        if (SliceLock.acquire(Path.of(args[0]), KEY, Duration.ofSeconds(1)).isEmpty()) {
            System.exit(1);
        }
        System.out.println("held");
        Thread.sleep(60_000);
    }

    @Test
    void another_process_keeps_the_slice_until_it_is_killed() throws Exception {
        assertThat(SliceLock.isHeld(folder, KEY)).isFalse();
        Process other = other();
        try {
            assertThat(SliceLock.isHeld(folder, KEY)).isTrue();
            assertThat(SliceLock.acquire(folder, KEY, Duration.ofMillis(100))).isEmpty();
            assertThat(SliceLock.isHeld(folder, SliceKey.parse("node1-gpu0-1g-0")))
                    .isFalse();
        } finally {
            other.destroyForcibly();
            other.waitFor(10, TimeUnit.SECONDS);
        }
        Optional<SliceLock> lock = SliceLock.acquire(folder, KEY, Duration.ofSeconds(2));
        assertThat(lock).isPresent();
        lock.get().close();
        assertThat(SliceLock.isHeld(folder, KEY)).isFalse();
    }

    @Test
    void asking_in_the_holding_process_does_not_end_the_lock() throws Exception {
        try (SliceLock mine =
                SliceLock.acquire(folder, KEY, Duration.ofSeconds(1)).orElseThrow()) {
            assertThat(SliceLock.isHeld(folder, KEY)).isTrue();
            assertThat(SliceLock.acquire(folder, KEY, Duration.ZERO)).isEmpty();
            Process other = start();
            assertThat(other.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(other.exitValue())
                    .as("the other process must not get it")
                    .isNotZero();
            assertThat(mine).isNotNull();
        }
    }

    private Process other() throws IOException {
        Process process = start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertThat(out.readLine()).isEqualTo("held");
        return process;
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SliceLockTest.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
