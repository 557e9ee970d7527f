package io.tomogrid.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ARC-02, ADR 0008: whatever is written in between, a flushed file is what was written. */
class DirectOutputTest {
    @TempDir
    Path folder;

    private DirectOutput open(Path file, long expectedBytes) throws IOException {
        Optional<DirectOutput> out = DirectOutput.open(Files.createFile(file), expectedBytes);
        assumeTrue(out.isPresent(), "the file system of " + folder + " has no access past the page cache");
        return out.get();
    }

    @Test
    void a_flushed_file_is_all_that_was_written() throws IOException {
        Path file = folder.resolve("segment");
        Random random = new Random(5);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        try (DirectOutput out = open(file, 10_000)) {
            for (int n = 0; n < 300; n++) {
                byte[] bytes = new byte[random.nextInt(n % 10 == 0 ? 50_000 : 3000)];
                random.nextBytes(bytes);
                int from = bytes.length / 3;
                out.write(bytes, from, bytes.length - from);
                expected.write(bytes, from, bytes.length - from);
                if (n % 3 == 0) {
                    out.hsync();
                    assertThat(Files.readAllBytes(file)).isEqualTo(expected.toByteArray());
                }
            }
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(expected.toByteArray());
    }

    @Test
    void what_was_written_before_a_sync_is_there_after_it_while_another_thread_writes() throws Exception {
        Path file = folder.resolve("segment");
        byte[] all = new byte[8 << 20];
        new Random(6).nextBytes(all);
        int[] written = {0};
        Object lock = new Object();
        try (DirectOutput out = open(file, 100_000)) {
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                Random random = new Random(7);
                while (written[0] < all.length) {
                    int some = Math.min(all.length - written[0], 1 + random.nextInt(150_000));
                    try {
                        out.write(all, written[0], some);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                    synchronized (lock) {
                        written[0] += some;
                    }
                }
            });
            int before = 0;
            while (before < all.length) {
                synchronized (lock) {
                    before = written[0];
                }
                out.hsync();
                assertThat(Files.size(file)).isGreaterThanOrEqualTo(before);
            }
            writer.get();
        }
        assertThat(Arrays.equals(Files.readAllBytes(file), all)).isTrue();
    }

    @Test
    void after_a_write_that_failed_nothing_more_is_written() throws IOException {
        Path file = folder.resolve("segment");
        DirectOutput out = open(file, 100_000);
        out.write(new byte[10_000], 0, 10_000);
        out.hsync();
        out.write(new byte[10_000], 0, 10_000);
        Thread.currentThread().interrupt();
        assertThatThrownBy(out::hsync).isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(out::hsync).hasMessageContaining("an earlier write to it failed");
        out.close();
        assertThat(Files.size(file)).isEqualTo(10_000);
    }
}
