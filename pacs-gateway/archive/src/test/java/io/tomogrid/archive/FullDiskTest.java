package io.tomogrid.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ING-08: a full disk is refused, costs nothing that was acknowledged, and needs no restart. */
class FullDiskTest {
    private static final int DISK = 2 << 20;

    @TempDir
    Path folder;

    private Path disk;
    private boolean mounted;

    @BeforeEach
    void mountATinyDisk() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        mounted = succeeds("mount", "-t", "tmpfs", "-o", "size=" + DISK, "tmpfs", disk.toString());
        assumeTrue(mounted, "this user may not mount a tmpfs of 2 MiB, so no real disk can be filled");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(succeeds("umount", disk.toString())).isTrue();
        }
    }

    @Test
    void what_does_not_fit_is_refused_before_anything_is_written() throws IOException {
        Path root = disk.resolve("archive");
        List<Acknowledged> all = new ArrayList<>();
        SegmentLogConfig config = new SegmentLogConfig(500_000, 300_000);
        try (SegmentLog log = SegmentLog.open(root.toUri(), config)) {
            fill(log, all);
            assertThat(all.size()).isBetween(15, 18);
            assertThat(log.freeBytes()).isBetween(300_000L, 410_000L);
            assertThatThrownBy(() -> Acknowledged.append(log, "2.25.999", new byte[100_000]))
                    .isInstanceOf(NoRoomException.class)
                    .hasMessageContaining("300000 must stay free");
            assertThat(Acknowledged.replay(log)).hasSameSizeAs(all);
        }
        assertThat(Acknowledged.missing(root, all)).isZero();
    }

    @Test
    void a_write_that_finds_the_disk_full_is_never_acknowledged_and_ingest_goes_on_when_there_is_room()
            throws IOException {
        Path root = disk.resolve("archive");
        Path filler = disk.resolve("filler");
        List<Acknowledged> all = new ArrayList<>();
        try (SegmentLog log = SegmentLog.open(root.toUri(), Acknowledged.small().withSegmentBytes(1 << 20))) {
            all.add(Acknowledged.append(log, "2.25.1", new byte[100_000]));
            fillTheDisk(filler); // at once after the log has asked how much room there is
            assertThatThrownBy(() -> Acknowledged.append(log, "2.25.2", new byte[100_000]))
                    .isInstanceOf(NoRoomException.class)
                    .hasRootCauseMessage("No space left on device");
            assertThatThrownBy(() -> Acknowledged.append(log, "2.25.2", new byte[100_000]))
                    .isInstanceOf(NoRoomException.class);
            assertThat(Acknowledged.replay(log)).hasSameSizeAs(all);

            Files.delete(filler);
            all.add(Acknowledged.append(log, "2.25.2", new byte[100_000]));
            assertThat(all.get(1).ref().segment()).isNotEqualTo(all.get(0).ref().segment());
        }
        assertThat(Acknowledged.missing(root, all)).isZero();
    }

    @Test
    void a_full_spool_is_no_room_and_keeps_nothing() throws IOException {
        Spool spool = Spool.open(disk.resolve("spool"), 1000, 1L << 30);
        assertThatThrownBy(() -> spool.receive(new ByteArrayInputStream(new byte[DISK + 1])))
                .isInstanceOf(NoRoomException.class);
        assertThat(disk.resolve("spool")).isEmptyDirectory();
    }

    private static void fill(SegmentLog log, List<Acknowledged> all) throws IOException {
        Random random = new Random(7);
        try {
            for (int i = 0; i < 1000; i++) {
                all.add(Acknowledged.append(log, "2.25." + i, Acknowledged.bytes(random, 100_000)));
            }
            throw new AssertionError("100 MB fitted on a disk of 2 MiB");
        } catch (NoRoomException full) {
            assertThat(full).hasMessageContaining("free some");
        }
    }

    private static void fillTheDisk(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    private static boolean succeeds(String... command) throws Exception {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }
}
