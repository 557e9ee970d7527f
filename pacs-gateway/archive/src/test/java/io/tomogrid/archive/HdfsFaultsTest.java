package io.tomogrid.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.hdfs.DFSClient;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ARC-06 on a real HDFS: whatever it lacks is named, nothing that was acknowledged is lost, and ingest goes on by itself. */
@Tag("cluster")
@Timeout(300)
class HdfsFaultsTest {
    private static final long ROOM_IS_ASKED_AGAIN = 1100; // ms

    @TempDir
    static Path folder;

    private static TestHdfs hdfs;

    @BeforeAll
    static void start() throws Exception {
        hdfs = TestHdfs.start(folder);
    }

    @AfterAll
    static void stop() {
        if (hdfs != null) {
            hdfs.close();
        }
    }

    @Test
    void in_safe_mode_nothing_is_taken_and_afterwards_it_goes_on() throws Exception {
        URI root = hdfs.uri("/safe");
        List<Acknowledged> all = new ArrayList<>();
        try (SegmentLog log = SegmentLog.open(root, Acknowledged.small());
                DistributedFileSystem admin = hdfs.admin()) {
            all.add(Acknowledged.append(log, "2.25.1", new byte[10]));
            admin.setSafeMode(SafeModeAction.ENTER);
            try {
                Thread.sleep(ROOM_IS_ASKED_AGAIN);
                assertUnavailable(log, "the name node is in safe mode", "dfsadmin -safemode leave");
            } finally {
                admin.setSafeMode(SafeModeAction.LEAVE);
            }
            all.add(Acknowledged.append(log, "2.25.2", new byte[10]));
        }
        assertThat(Acknowledged.missing(root, all)).isZero();
    }

    @Test
    void whoever_starts_waits_for_the_end_of_safe_mode_says_so_once_and_not_for_ever() throws Exception {
        URI root = hdfs.uri("/waiting");
        List<String> told = new ArrayList<>();
        try (DistributedFileSystem admin = hdfs.admin()) {
            admin.setSafeMode(SafeModeAction.ENTER);
            assertThatThrownBy(() -> ArchiveReadiness.await(root, Duration.ofMillis(600), told::add))
                    .isInstanceOf(ArchiveUnavailableException.class)
                    .hasMessageContaining("safe mode");
            assertThatThrownBy(() -> SegmentLog.open(root, Acknowledged.small()))
                    .isInstanceOf(ArchiveUnavailableException.class)
                    .hasMessageContaining("safe mode");
            assertThat(told).singleElement().asString().contains("waits for up to 0 s", "safe mode");
            CompletableFuture<Void> leaves = CompletableFuture.runAsync(() -> leave(admin));
            ArchiveReadiness.await(root, Duration.ofMinutes(1), told::add);
            leaves.join();
            assertThat(told).hasSize(2);
        }
        SegmentLog.open(root, Acknowledged.small()).close();
    }

    @Test
    void a_name_node_that_is_gone_is_named_and_ingest_goes_on_when_it_is_back() throws Exception {
        URI root = hdfs.uri("/headless");
        List<Acknowledged> all = new ArrayList<>();
        try (SegmentLog log = SegmentLog.open(root, Acknowledged.small())) {
            all.add(Acknowledged.append(log, "2.25.1", new byte[10]));
            hdfs.kill(TestHdfs.NAME_NODE);
            Thread.sleep(ROOM_IS_ASKED_AGAIN);
            Instant before = Instant.now();
            assertUnavailable(log, "no name node answers at " + root.getAuthority(), "see whether it runs");
            assertThatThrownBy(() -> SegmentLog.open(root, Acknowledged.small()))
                    .isInstanceOf(ArchiveUnavailableException.class)
                    .hasMessageContaining("no name node answers");
            assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(20));
            hdfs.startAgain(TestHdfs.NAME_NODE);
            all.add(Acknowledged.append(log, "2.25.2", new byte[10]));
        }
        assertThat(Acknowledged.missing(root, all)).isZero();
    }

    /** The client then gives up all that it writes, the writer's lock too: after 20 minutes, here after a second. */
    @Test
    void after_too_long_without_a_name_node_the_lock_is_taken_again_unless_another_had_it() throws Exception {
        URI root = hdfs.uri("/orphaned");
        HdfsStorage storage = HdfsStorage.open(
                root,
                Duration.ofSeconds(1),
                Map.of("dfs.namenode.lease-hard-limit-sec", "1", "ipc.client.rpc-timeout.ms", "12000"));
        List<Acknowledged> all = new ArrayList<>();
        try (SegmentLog log = SegmentLog.open(storage, Acknowledged.small());
                SegmentReader reader = SegmentReader.open(root)) {
            all.add(Acknowledged.append(log, "2.25.1", new byte[10]));
            letTheClientGiveUp(storage);
            assertUnavailable(log, "no name node answered for too long", "send again");

            org.apache.hadoop.fs.Path note = new org.apache.hadoop.fs.Path(root.getPath(), "writer.holder");
            HdfsLock.Holder ours = HdfsLock.Holder.read(storage, note);
            new HdfsLock.Holder("process 1 on elsewhere", 1, "another boot", "another").write(storage, note);
            assertThatThrownBy(() -> Acknowledged.append(log, "2.25.99", new byte[10]))
                    .hasMessageContaining("start this process again")
                    .cause()
                    .isInstanceOf(ArchiveInUseException.class)
                    .hasMessageContaining("process 1 on elsewhere");
            ours.write(storage, note);
            all.add(Acknowledged.append(log, "2.25.2", new byte[10]));
            assertThat(readWhenSettled(log, reader, all.get(0))).isEqualTo(10);
        }
        assertThat(Acknowledged.missing(root, all)).isZero();
        SegmentLog.open(root, Acknowledged.small()).close();
    }

    private static void letTheClientGiveUp(HdfsStorage storage) throws Exception {
        DFSClient client = ((DistributedFileSystem) storage.files()).getClient();
        assertThat(client.isFilesBeingWrittenEmpty()).isFalse();
        hdfs.kill(TestHdfs.NAME_NODE);
        Instant deadline = Instant.now().plusSeconds(120);
        while (!client.isFilesBeingWrittenEmpty()) {
            assertThat(Instant.now()).as("the client gives up").isBefore(deadline);
            Thread.sleep(100);
        }
        hdfs.startAgain(TestHdfs.NAME_NODE);
    }

    @Test
    void a_host_that_nobody_knows_is_named() {
        URI root = URI.create("hdfs://no-such-host.invalid:9000/archive");
        assertThatThrownBy(() -> ArchiveReadiness.await(root, Duration.ZERO, told -> {}))
                .isInstanceOf(ArchiveUnavailableException.class)
                .hasMessageContaining("no name node answers at no-such-host.invalid:9000");
    }

    @Test
    void a_data_node_that_dies_costs_nothing_and_leaves_no_heap_of_empty_segments() throws Exception {
        URI root = hdfs.uri("/armless");
        List<Acknowledged> all = new ArrayList<>();
        try (SegmentLog log = SegmentLog.open(root, Acknowledged.small());
                SegmentReader reader = SegmentReader.open(root);
                DistributedFileSystem admin = hdfs.admin()) {
            all.add(Acknowledged.append(log, "2.25.1", new byte[10]));
            hdfs.kill(TestHdfs.DATA_NODE);
            for (int i = 0; i < 5; i++) {
                assertUnavailable(log, "no data node can be reached", "see whether the data nodes run");
            }
            hdfs.startAgain(TestHdfs.DATA_NODE);
            all.add(appendWhenPossible(log, "2.25.2"));
            assertThat(admin.listStatus(new org.apache.hadoop.fs.Path(root.getPath(), "segments")))
                    .as("of the segments that failed")
                    .hasSizeLessThanOrEqualTo(3);
            Acknowledged first = all.get(0);
            assertThat(readWhenSettled(log, reader, first))
                    .as("read while its writer goes on")
                    .isEqualTo(10);
        }
        assertThat(Acknowledged.missing(root, all)).isZero();
    }

    /** ING-08. */
    @Test
    void a_quota_that_is_used_up_is_no_room_until_it_is_raised() throws Exception {
        URI root = hdfs.uri("/narrow");
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path("/narrow");
        List<Acknowledged> all = new ArrayList<>();
        try (DistributedFileSystem admin = hdfs.admin()) {
            try (SegmentLog log = SegmentLog.open(root, Acknowledged.small())) {
                admin.setQuota(path, Long.MAX_VALUE, 1 << 20); // a new segment takes 2 MiB
                assertThatThrownBy(() -> Acknowledged.append(log, "2.25.1", new byte[50_000]))
                        .isInstanceOf(NoRoomException.class)
                        .hasMessageContaining("space quota is used up")
                        .hasMessageContaining("-setSpaceQuota");
                admin.setQuota(path, Long.MAX_VALUE, 3 << 20);
                assertThatThrownBy(() -> {
                            for (int i = 0; i < 100; i++) {
                                all.add(Acknowledged.append(log, "2.25." + i, new byte[50_000]));
                            }
                        })
                        .isInstanceOf(NoRoomException.class);
                assertThat(all).hasSizeGreaterThan(5);
                assertThat(log.freeBytes()).isLessThan(3 << 20);
                admin.setQuota(path, Long.MAX_VALUE, 30 << 20);
                all.add(Acknowledged.append(log, "2.25.101", new byte[50_000]));
            }
        }
        assertThat(Acknowledged.missing(root, all)).isZero();
    }

    private static void assertUnavailable(SegmentLog log, String fault, String todo) {
        assertThatThrownBy(() -> Acknowledged.append(log, "2.25.99", new byte[10]))
                .isInstanceOfSatisfying(
                        ArchiveUnavailableException.class,
                        failed -> assertThat(failed.fault()).isEqualTo(fault).hasSizeLessThanOrEqualTo(64))
                .hasMessageContaining(todo);
    }

    /** The name node needs a moment to see that its data node is another process now. */
    private static Acknowledged appendWhenPossible(SegmentLog log, String uid) throws Exception {
        Instant deadline = Instant.now().plusSeconds(30);
        while (true) {
            try {
                return Acknowledged.append(log, uid, new byte[10]);
            } catch (ArchiveUnavailableException notYet) {
                assertThat(Instant.now()).isBefore(deadline);
                Thread.sleep(200);
            }
        }
    }

    /** How many bytes of it come back, once the lease of its segment was recovered. */
    private static int readWhenSettled(SegmentLog log, SegmentReader reader, Acknowledged one) throws Exception {
        Instant deadline = Instant.now().plusSeconds(30);
        while (true) {
            try {
                return reader.read(one.ref(), one.sha256()).length;
            } catch (IOException notYet) {
                assertThat(Instant.now()).isBefore(deadline);
                Thread.sleep(200);
                log.freeBytes();
            }
        }
    }

    private static void leave(DistributedFileSystem admin) {
        try {
            Thread.sleep(1500);
            admin.setSafeMode(SafeModeAction.LEAVE);
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
