package io.tomogrid.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ARC-01, ARC-02, ARC-04, ING-02 on a real HDFS. */
@Tag("cluster")
@Timeout(300)
class HdfsTest {
    @TempDir
    static Path folder;

    private static TestHdfs hdfs;

    @BeforeAll
    static void start() throws Exception {
        hdfs = TestHdfs.start(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (hdfs != null) {
            hdfs.close();
        }
    }

    @Test
    void records_come_back_while_their_segment_is_open_and_after_it_is_sealed() throws IOException {
        URI root = hdfs.uri("/round-trip");
        List<Acknowledged> all = new ArrayList<>();
        Random random = new Random(1);
        try (SegmentLog log = SegmentLog.open(root, Acknowledged.small());
                SegmentReader reader = SegmentReader.open(root)) {
            for (int i = 0; i < 30; i++) {
                all.add(Acknowledged.append(log, "2.25." + i, Acknowledged.bytes(random, random.nextInt(8000))));
                Acknowledged last = all.get(i);
                assertThat(reader.read(last.ref(), last.sha256()))
                        .hasSize((int) last.ref().length());
            }
            assertThat(Acknowledged.replay(log)).hasSameSizeAs(all);
            assertThat(log.freeBytes()).isPositive();
        }
        assertThat(all.get(29).ref().segment()).isGreaterThan(all.get(0).ref().segment());
        assertThat(Acknowledged.missing(root, all)).isZero();
    }

    @Test
    void a_writer_that_was_killed_leaves_all_that_it_acknowledged_to_the_next_one() throws Exception {
        URI root = hdfs.uri("/killed");
        Path errors = folder.resolve("errors");
        List<Acknowledged> all = new ArrayList<>();
        AppendingProcess.runAndKill(root, 1, 200, errors, all);
        assertThat(all).as(Files.readString(errors)).hasSizeGreaterThanOrEqualTo(200);
        Instant before = Instant.now();
        assertThat(Acknowledged.missing(root, all)).isZero();
        assertThat(Duration.between(before, Instant.now()))
                .as("nobody waits for the lease of a writer that is known to be dead")
                .isLessThan(Duration.ofSeconds(45));
    }

    @Test
    void files_are_replicated_as_the_name_node_says_and_nobody_else_may_read_them() throws IOException {
        URI root = hdfs.uri("/replicated");
        try (SegmentLog log = SegmentLog.open(root, Acknowledged.small());
                DistributedFileSystem admin = hdfs.admin()) {
            SegmentRef ref = Acknowledged.append(log, "2.25.1", new byte[10]).ref();
            FileStatus segment = admin.getFileStatus(new org.apache.hadoop.fs.Path(root.getPath(), ref.segment()));
            assertThat(segment.getReplication()).as("the client's default is 3").isEqualTo((short) 1);
            assertThat(segment.getPermission()).hasToString("rw-------");
        }
    }

    /** ARC-05: erasure coding cannot sync. */
    @Test
    void a_folder_with_erasure_coding_is_written_in_replicas_that_can_sync() throws IOException {
        URI root = hdfs.uri("/coded");
        try (DistributedFileSystem admin = hdfs.admin()) {
            admin.mkdirs(new org.apache.hadoop.fs.Path("/coded"));
            admin.enableErasureCodingPolicy("XOR-2-1-1024k");
            admin.setErasureCodingPolicy(new org.apache.hadoop.fs.Path("/coded"), "XOR-2-1-1024k");
        }
        List<Acknowledged> all = new ArrayList<>();
        try (SegmentLog log = SegmentLog.open(root, Acknowledged.small())) {
            all.add(Acknowledged.append(log, "2.25.1", new byte[10]));
        }
        assertThat(Acknowledged.missing(root, all)).isZero();
    }

    @Test
    void a_second_writer_is_refused_and_told_who_writes() throws IOException {
        URI root = hdfs.uri("/shared");
        try (SegmentLog log = SegmentLog.open(root, Acknowledged.small())) {
            Storage second = HdfsStorage.open(root, Duration.ofSeconds(1));
            assertThatThrownBy(() -> SegmentLog.open(second, Acknowledged.small()))
                    .isInstanceOf(ArchiveInUseException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid() + " on ");
            second.close();
            Acknowledged.append(log, "2.25.1", new byte[10]);
        }
    }

    @Test
    void a_writer_that_lost_its_lock_begins_no_further_segment() throws Exception {
        URI root = hdfs.uri("/stolen");
        try (SegmentLog stood = SegmentLog.open(root, Acknowledged.small().withSegmentBytes(1))) {
            Acknowledged first = Acknowledged.append(stood, "2.25.1", new byte[10]);
            HdfsStorage other = HdfsStorage.open(root, Duration.ofSeconds(30));
            other.settle(new org.apache.hadoop.fs.Path(other.root(), "writer.lock")); // as if a minute had passed
            try (SegmentLog log = SegmentLog.open(other, Acknowledged.small())) {
                assertThatThrownBy(() -> Acknowledged.append(stood, "2.25.2", new byte[10]))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("lock could not be confirmed");
                Acknowledged second = Acknowledged.append(log, "2.25.3", new byte[10]);
                assertThat(Acknowledged.missing(other, log, List.of(first, second)))
                        .isZero();
            }
        }
    }
}
