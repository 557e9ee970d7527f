package io.tomogrid.gateway;

import static io.tomogrid.gateway.TestingGateway.CT;
import static io.tomogrid.gateway.TestingGateway.EXPLICIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.archive.Payload;
import io.tomogrid.archive.RecordKind;
import io.tomogrid.archive.SegmentLog;
import io.tomogrid.archive.SegmentLogConfig;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.gateway.index.InstanceHeader;
import io.tomogrid.gateway.index.RecordMeta;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway ends and starts again, with and without its database, and with a full disk. */
class RestartTest {
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

    /** ING-02, ING-11, ARC-03. */
    @AlsoOnHdfs
    @Test
    void everything_is_there_after_a_restart_and_after_the_loss_of_the_database() throws Exception {
        String url = database.fresh();
        long sequence;
        try (TestingGateway gateway = TestingGateway.start(folder, url, Map.of())) {
            gateway.store(TestImages.ct("1.5.1", "1.5.1.1", "1.5.1.1.1"));
            gateway.store(TestImages.ct("1.5.1", "1.5.1.1", "1.5.1.1.2"));
            gateway.store(TestImages.ct("1.5.1", "1.5.1.1", "1.5.1.1.1", 5));
            gateway.store(CT, "1.5.1.1.3", EXPLICIT, new byte[] {1, 2, 3});
            gateway.post("/api/studies/1.5.1/complete");
            var manifest = TestResults.stage(folder.resolve("staging"), "job-1", "1.5.1", "1.9.20.1");
            gateway.put("/api/results/job-1", TestResults.json(manifest));
            gateway.await("/api/results/job-1", a -> "SETTLED".equals(a.body().get("state")));
            sequence = sequence(gateway);
        }
        try (TestingGateway again = TestingGateway.start(folder, url, Map.of())) {
            assertThat(again.get("/api/studies/1.5.1").body())
                    .containsEntry("instances", 2)
                    .containsEntry("complete", true)
                    .containsEntry("revision", 1);
            assertThat(sequence(again)).isEqualTo(sequence);
            assertThat(again.get("/api/results/job-1").body()).containsEntry("state", "SETTLED");
            assertThat(again.store(TestImages.ct("1.5.1", "1.5.1.1", "1.5.1.1.1")))
                    .isEqualTo(DimseStatus.SUCCESS);
        }
        try (TestingGateway rebuilt = TestingGateway.start(folder, database.fresh(), Map.of())) {
            assertThat(rebuilt.get("/api/studies/1.5.1").body())
                    .as("our own result is not a source instance")
                    .containsEntry("instances", 2)
                    .containsEntry("revision", 1)
                    .containsEntry("complete", true);
            assertThat(sequence(rebuilt))
                    .as("readers of the feed see nothing twice")
                    .isEqualTo(sequence);
            assertThat(rebuilt.get("/api/conflicts").list("conflicts")).hasSize(1);
            assertThat(rebuilt.get("/api/quarantine").list("quarantine")).hasSize(1);
            assertThat(rebuilt.store(TestImages.ct("1.5.1", "1.5.1.1", "1.5.1.1.2")))
                    .isEqualTo(DimseStatus.SUCCESS);
            assertThat(rebuilt.get("/api/studies/1.5.1").body()).containsEntry("complete", true);
            rebuilt.store(TestImages.ct("1.5.1", "1.5.1.1", "1.5.1.1.4"));
            rebuilt.post("/api/studies/1.5.1/complete");
            assertThat(rebuilt.get("/api/studies/1.5.1").body()).containsEntry("revision", 2);
            var late = rebuilt.get("/api/feed?after=" + sequence).list("studies");
            assertThat(late).singleElement().extracting("revision").isEqualTo(2);
        }
    }

    /** ING-11, RES-01, DEL-01: the database is lost after results were delivered, and while others were not. */
    @AlsoOnHdfs
    @Test
    void a_rebuilt_index_knows_our_results_and_delivers_only_what_was_not() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Map<String, Object> settings = Map.of(
                "tomogrid.gateway.quiet-period", "1s",
                "tomogrid.gateway.delivery.first-backoff", "50ms",
                "tomogrid.gateway.destinations[0].name", "pacs",
                "tomogrid.gateway.destinations[0].host", "127.0.0.1",
                "tomogrid.gateway.destinations[0].port", Integer.toString(port),
                "tomogrid.gateway.destinations[0].ae-title", "PACS");
        var first = TestResults.stage(folder.resolve("one"), "job-1", "1.5.6", "1.9.21.1", "1.9.21.2");
        var second = TestResults.stage(folder.resolve("two"), "job-2", "1.5.6", "1.9.22.1");
        try (TestingGateway gateway = TestingGateway.start(folder, database.fresh(), settings)) {
            gateway.store(TestImages.ct("1.5.6", "1.5.6.1", "1.5.6.1.1"));
            gateway.await(
                    "/api/studies/1.5.6", a -> Boolean.TRUE.equals(a.body().get("complete")));
            try (TestingPacs pacs = new TestingPacs(port)) {
                gateway.put("/api/results/job-1", TestResults.json(first));
                gateway.await(
                        "/api/results/job-1", a -> "SETTLED".equals(a.body().get("state")));
                assertThat(pacs.received).hasSize(2);
            }
            gateway.put("/api/results/job-2", TestResults.json(second));
            gateway.await(
                    "/api/results/job-2", a -> "DELIVERING".equals(a.body().get("state")));
        }
        deleteAll(folder.resolve("one"));
        deleteAll(folder.resolve("two"));
        try (TestingPacs pacs = new TestingPacs(port);
                TestingGateway rebuilt = TestingGateway.start(folder, database.fresh(), settings)) {
            var settled = rebuilt.await(
                    "/api/results/job-2", a -> "SETTLED".equals(a.body().get("state")));
            assertThat(settled.body()).containsEntry("state", "SETTLED");
            assertThat(pacs.received).as("what was delivered stays delivered").containsOnlyKeys("1.9.22.1");
            var delivered = rebuilt.get("/api/results/job-1");
            assertThat(delivered.body()).containsEntry("state", "SETTLED");
            assertThat(delivered.list("objects"))
                    .hasSize(2)
                    .allSatisfy(object -> assertThat(object.toString()).contains("ACCEPTED"));
            assertThat(rebuilt.put("/api/results/job-1", TestResults.json(first))
                            .status())
                    .isEqualTo(202);
            var other = TestResults.stage(folder.resolve("three"), "job-1", "1.5.6", "1.9.23.1");
            assertThat(rebuilt.put("/api/results/job-1", TestResults.json(other))
                            .status())
                    .isEqualTo(409);
            assertThat(rebuilt.store(
                            TestImages.ct("1.5.6", "1.9.1", "1.9.21.1")
                                    .put(Tag.SOPClassUID, Uid.SecondaryCaptureImageStorage)
                                    .put(Tag.Modality, "OT"),
                            TestingGateway.IMPLICIT))
                    .as("a PACS sends our result back in another encoding")
                    .isEqualTo(DimseStatus.SUCCESS);
            Thread.sleep(1500);
            assertThat(rebuilt.get("/api/studies/1.5.6").body())
                    .containsEntry("instances", 1)
                    .containsEntry("revision", 1)
                    .containsEntry("complete", true);
        }
    }

    /** ING-02: the process died between the sync and the index transaction. */
    @AlsoOnHdfs
    @Test
    void what_was_synced_but_not_indexed_is_found_at_the_start() throws Exception {
        String url = database.fresh();
        try (TestingGateway gateway = TestingGateway.start(folder, url, Map.of())) {
            gateway.store(TestImages.ct("1.5.2", "1.5.2.1", "1.5.2.1.1"));
        }
        byte[] bytes = TestingGateway.encode(TestImages.ct("1.5.2", "1.5.2.1", "1.5.2.1.2"), EXPLICIT);
        try (SegmentLog log = SegmentLog.open(
                TestingGateway.archive(folder), SegmentLogConfig.defaults().withMinFreeBytes(0))) {
            var header = InstanceHeader.read(new ByteArrayInputStream(bytes), EXPLICIT);
            log.append(
                    RecordKind.INSTANCE,
                    RecordMeta.source(header, EXPLICIT, "MODALITY", Instant.now()),
                    Payload.of(bytes));
            log.append(
                    RecordKind.INSTANCE,
                    Map.of(
                            "sop-instance-uid",
                            "1.5.2.9",
                            "patient-id",
                            "Secret",
                            "issuer",
                            "",
                            "study-uid",
                            "1.5.2",
                            "received",
                            Instant.now().toString()),
                    Payload.of(bytes));
        }
        try (TestingGateway gateway = TestingGateway.start(folder, url, Map.of())) {
            assertThat(gateway.get("/api/studies/1.5.2").body()).containsEntry("instances", 2);
            assertThat(gateway.store(CT, "1.5.2.1.2", EXPLICIT, bytes)).isEqualTo(DimseStatus.SUCCESS);
            assertThat(gateway.get("/api/studies/1.5.2").body()).containsEntry("instances", 2);
        }
    }

    /** ING-08. */
    @Test
    void a_full_disk_is_answered_and_ingest_goes_on_when_there_is_room() throws Exception {
        Path memory = Path.of("/dev/shm");
        Path disk = Files.isWritable(memory) ? Files.createTempDirectory(memory, "tomogrid-test") : folder;
        Path filler = disk.resolve("filler");
        long margin = 64L << 20;
        long minFree = disk.toFile().getUsableSpace() - margin;
        try (TestingGateway gateway = TestingGateway.start(
                folder,
                database.fresh(),
                Map.of(
                        "tomogrid.gateway.archive-root",
                        disk.resolve("archive").toUri().toString(),
                        "tomogrid.gateway.min-free",
                        minFree + "B"))) {
            assertThat(gateway.store(TestImages.ct("1.5.3", "1.5.3.1", "1.5.3.1.1")))
                    .isEqualTo(DimseStatus.SUCCESS);
            fill(filler, 2 * margin);
            Thread.sleep(1100);
            assertThat(gateway.store(TestImages.ct("1.5.3", "1.5.3.1", "1.5.3.1.2"))
                            .code())
                    .isEqualTo(0xA700);
            assertThat(gateway.get("/api/studies/1.5.3").body()).containsEntry("instances", 1);
            Files.delete(filler);
            assertThat(gateway.store(TestImages.ct("1.5.3", "1.5.3.1", "1.5.3.1.2")))
                    .isEqualTo(DimseStatus.SUCCESS);
            assertThat(gateway.get("/api/studies/1.5.3").body()).containsEntry("instances", 2);
        } finally {
            if (!disk.equals(folder)) {
                deleteAll(disk);
            }
        }
    }

    /** Three contexts in one JVM do not meet. */
    @Test
    void gateways_stand_side_by_side() throws Exception {
        Set<Integer> ports = new HashSet<>();
        try (TestingGateway one = TestingGateway.start(folder.resolve("one"), database.fresh(), Map.of());
                TestingGateway two = TestingGateway.start(folder.resolve("two"), database.fresh(), Map.of())) {
            ports.add(one.dicomPort());
            ports.add(two.dicomPort());
            one.store(TestImages.ct("1.5.4", "1.5.4.1", "1.5.4.1.1"));
            assertThat(one.get("/api/studies/1.5.4").status()).isEqualTo(200);
            assertThat(two.get("/api/studies/1.5.4").status()).isEqualTo(404);
        }
        assertThat(ports).hasSize(2);
    }

    @Test
    void every_wrong_setting_is_named_at_once() {
        assertThatThrownBy(() -> TestingGateway.start(
                        folder,
                        "jdbc:postgresql://127.0.0.1:1/none",
                        Map.of(
                                "tomogrid.gateway.archive-root", "no-uri",
                                "tomogrid.gateway.dicom.port", "70000",
                                "tomogrid.gateway.dicom.ae-title", "an AE title that is too long",
                                "tomogrid.gateway.destinations[0].name", "pacs")))
                .rootCause()
                .hasMessageContaining("archive-root: expected a URI")
                .hasMessageContaining("dicom.port: expected 0 to 65535, got 70000")
                .hasMessageContaining("dicom.ae-title: expected 1 to 16")
                .hasMessageContaining("destinations.host")
                .hasMessageContaining("destinations.ae-title of pacs");
    }

    private static long sequence(TestingGateway gateway) throws Exception {
        var studies = gateway.get("/api/feed").list("studies");
        assertThat(studies).hasSize(1);
        return ((Number) studies.get(0).get("sequence")).longValue();
    }

    private static void fill(Path file, long bytes) throws IOException {
        byte[] block = new byte[1 << 20];
        Arrays.fill(block, (byte) 1);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long written = 0; written < bytes; written += block.length) {
                out.write(block);
            }
        }
    }

    private static void deleteAll(Path root) throws IOException {
        try (var files = Files.walk(root)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
