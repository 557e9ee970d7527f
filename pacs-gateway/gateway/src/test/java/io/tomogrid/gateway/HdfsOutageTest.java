package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.archive.TestHdfs;
import io.tomogrid.dicom.net.DimseStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** ARC-06: what senders and operators are told while HDFS cannot be written, and that nothing is lost by it. */
@Tag("cluster")
@ExtendWith(OnHdfs.class)
class HdfsOutageTest {
    private static final int OUT_OF_RESOURCES = 0xA700;
    private static final long ROOM_IS_ASKED_AGAIN = 1100; // ms

    private static TestingDatabase database;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws IOException {
        database = TestingDatabase.start();
    }

    @AfterAll
    static void stop() throws IOException {
        database.close();
    }

    @AlsoOnHdfs
    @Test
    void senders_are_told_to_come_again_and_what_was_acknowledged_stays() throws Exception {
        try (TestingGateway gateway = TestingGateway.start(folder, database.fresh(), Map.of());
                DistributedFileSystem admin = OnHdfs.hdfs().admin()) {
            assertThat(store(gateway, 1)).isEqualTo(DimseStatus.SUCCESS);

            admin.setSafeMode(SafeModeAction.ENTER);
            Thread.sleep(ROOM_IS_ASKED_AGAIN);
            assertRefused(gateway, "the name node is in safe mode");
            assertThat(gateway.get("/api/status").body().get("archive").toString())
                    .contains("safe mode", "dfsadmin -safemode leave");
            admin.setSafeMode(SafeModeAction.LEAVE);
            assertThat(store(gateway, 2)).isEqualTo(DimseStatus.SUCCESS);

            OnHdfs.hdfs().kill(TestHdfs.NAME_NODE);
            Thread.sleep(ROOM_IS_ASKED_AGAIN);
            assertRefused(gateway, "no name node answers at 127.0.0.1:");
            OnHdfs.hdfs().startAgain(TestHdfs.NAME_NODE);
            assertThat(store(gateway, 3)).isEqualTo(DimseStatus.SUCCESS);

            OnHdfs.hdfs().kill(TestHdfs.DATA_NODE);
            assertRefused(gateway, "no data node can be reached");
            OnHdfs.hdfs().startAgain(TestHdfs.DATA_NODE);
            storeWhenPossible(gateway, 4);
            assertThat(gateway.get("/api/studies/1.5.9").body()).containsEntry("instances", 4);
        }
        try (TestingGateway rebuilt = TestingGateway.start(folder, database.fresh(), Map.of())) {
            assertThat(rebuilt.get("/api/studies/1.5.9").body()).containsEntry("instances", 4);
        }
    }

    @AlsoOnHdfs
    @Test
    void the_start_waits_for_the_end_of_safe_mode_but_not_for_ever() throws Exception {
        try (DistributedFileSystem admin = OnHdfs.hdfs().admin()) {
            admin.setSafeMode(SafeModeAction.ENTER);
            assertThatThrownBy(() -> TestingGateway.start(
                            folder, database.fresh(), Map.of("tomogrid.gateway.archive-patience", "1s")))
                    .rootCause()
                    .hasMessageContaining("the name node is in safe mode")
                    .hasMessageContaining("dfsadmin -safemode leave");
            CompletableFuture<Void> leaves = CompletableFuture.runAsync(() -> leave(admin));
            try (TestingGateway gateway = TestingGateway.start(folder, database.fresh(), Map.of())) {
                leaves.join();
                assertThat(store(gateway, 1)).isEqualTo(DimseStatus.SUCCESS);
            }
        }
    }

    private static DimseStatus store(TestingGateway gateway, int number) throws IOException {
        return gateway.store(TestImages.ct("1.5.9", "1.5.9.1", "1.5.9.1." + number));
    }

    private static void assertRefused(TestingGateway gateway, String reason) throws IOException {
        DimseStatus answer = store(gateway, 99);
        assertThat(answer.code()).isEqualTo(OUT_OF_RESOURCES);
        assertThat(answer.comment()).startsWith(reason);
    }

    /** The name node needs a moment to see that its data node is another process now. */
    private static void storeWhenPossible(TestingGateway gateway, int number) throws Exception {
        Instant deadline = Instant.now().plusSeconds(30);
        DimseStatus answer = store(gateway, number);
        while (!answer.isSuccess()) {
            assertThat(answer.code()).isEqualTo(OUT_OF_RESOURCES);
            assertThat(Instant.now()).isBefore(deadline);
            Thread.sleep(200);
            answer = store(gateway, number);
        }
    }

    private static void leave(DistributedFileSystem admin) {
        try {
            Thread.sleep(5000); // longer than the rest of the start takes
            admin.setSafeMode(SafeModeAction.LEAVE);
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
