package io.tomogrid.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ARC-02, ING-02: what was acknowledged survives a power cut; and only because of the syncs. */
class PowerCutTest {
    private static final int WRITERS = 8;

    @TempDir
    Path root;

    @RepeatedTest(5)
    void everything_acknowledged_survives(RepetitionInfo repetition) throws Exception {
        long seed = repetition.getCurrentRepetition();
        assertThat(lostAfterPowerCut(new ForgetfulStorage(root), seed)).isZero();
        // The archive that came back is as good as any: once more on the same disk.
        assertThat(lostAfterPowerCut(new ForgetfulStorage(root), -seed)).isZero();
    }

    @Test
    void without_the_sync_of_files_records_are_lost() throws Exception {
        int lost = lostAfterPowerCut(
                new ForgetfulStorage(root) {
                    @Override
                    public void sync(FSDataOutputStream out) throws IOException {
                        out.flush();
                    }
                },
                1);
        assertThat(lost).isPositive();
    }

    @Test
    void without_the_sync_of_folders_records_are_lost() throws Exception {
        int lost = lostAfterPowerCut(
                new ForgetfulStorage(root) {
                    @Override
                    public void syncFolder(org.apache.hadoop.fs.Path folder) {
                        // What most file systems would get away with, most of the time.
                    }
                },
                1);
        assertThat(lost).isPositive();
    }

    private int lostAfterPowerCut(ForgetfulStorage disk, long seed) throws Exception {
        Queue<Acknowledged> all = new ConcurrentLinkedQueue<>();
        SegmentLog log = SegmentLog.open(disk, new SegmentLogConfig(20_000, 0));
        int acknowledgedBefore = 100 + new Random(seed).nextInt(200);
        SegmentLogTest.inParallel(WRITERS, writer -> {
            Random random = new Random(seed * WRITERS + writer);
            try {
                for (int i = 0; i < 10_000; i++) {
                    byte[] bytes = Acknowledged.bytes(random, random.nextInt(2000));
                    all.add(Acknowledged.append(log, "2.25." + writer + "." + i, bytes));
                    if (all.size() == acknowledgedBefore) {
                        disk.cutPower();
                    }
                }
                throw new AssertionError("the power was never cut");
            } catch (IOException powerIsOff) {
                return powerIsOff;
            }
        });
        assertThat(all).hasSizeGreaterThanOrEqualTo(acknowledgedBefore);
        disk.forget(new Random(seed));
        return Acknowledged.missing(root, all);
    }
}
