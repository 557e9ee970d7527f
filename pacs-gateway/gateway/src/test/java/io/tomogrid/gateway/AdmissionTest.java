package io.tomogrid.gateway;

import static io.tomogrid.gateway.TestingGateway.CT;
import static io.tomogrid.gateway.TestingGateway.EXPLICIT;
import static io.tomogrid.gateway.TestingGateway.IMPLICIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationAborted;
import io.tomogrid.dicom.net.AssociationRejected;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.gateway.index.ArchiveIndex;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of instances that come in over a real association. */
class AdmissionTest {
    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        database = TestingDatabase.start();
        gateway = TestingGateway.start(folder, database.fresh(), Map.of());
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        database.close();
    }

    /** ING-02, ING-05. */
    @Test
    void an_instance_is_stored_to_the_bit_and_listed() throws Exception {
        byte[] bytes = TestingGateway.encode(TestImages.ct("1.2.1", "1.2.1.1", "1.2.1.1.1"), IMPLICIT);
        assertThat(gateway.store(CT, "1.2.1.1.1", IMPLICIT, bytes)).isEqualTo(DimseStatus.SUCCESS);
        ArchiveIndex.Indexed stored =
                gateway.bean(ArchiveIndex.class).find("1.2.1.1.1").orElseThrow();
        assertThat(stored.transferSyntax()).isEqualTo(IMPLICIT);
        assertThat(gateway.bean(SegmentReader.class).read(stored.ref(), stored.sha256()))
                .isEqualTo(bytes);
        assertThat(gateway.get("/api/studies/1.2.1").body())
                .containsEntry("instances", 1)
                .containsEntry("series", 1)
                .containsEntry("revision", 0)
                .containsEntry("complete", false);
    }

    /** ING-05: pixels that nobody here could decode. */
    @Test
    void an_unknown_compression_is_kept_as_it_came() throws Exception {
        Dataset image = TestImages.ct("1.2.2", "1.2.2.1", "1.2.2.1.1");
        image.put(new io.tomogrid.dicom.Element.Fragments(
                Tag.PixelData, io.tomogrid.dicom.VR.OB, List.of(new byte[0], new byte[] {1, 2, 3, 4})));
        assertThat(gateway.store(image, Uid.HighThroughputJPEG2000ImageCompression))
                .isEqualTo(DimseStatus.SUCCESS);
    }

    /** ING-06. */
    @Test
    void the_same_data_set_again_is_a_duplicate_in_whatever_encoding() throws Exception {
        Dataset image = TestImages.ct("1.2.3", "1.2.3.1", "1.2.3.1.1");
        for (String syntax :
                List.of(EXPLICIT, EXPLICIT, IMPLICIT, Uid.ExplicitVRBigEndian, Uid.DeflatedExplicitVRLittleEndian)) {
            assertThat(gateway.store(image, syntax)).as(syntax).isEqualTo(DimseStatus.SUCCESS);
        }
        assertThat(gateway.get("/api/studies/1.2.3").body()).containsEntry("instances", 1);
        assertThat(gateway.get("/api/conflicts").list("conflicts"))
                .noneMatch(c -> c.get("sop-instance-uid").equals("1.2.3.1.1"));
    }

    /** ING-06. */
    @Test
    void another_data_set_under_the_same_uid_is_kept_aside_once() throws Exception {
        Dataset first = TestImages.ct("1.2.4", "1.2.4.1", "1.2.4.1.1", 1);
        gateway.store(first);
        for (int i = 0; i < 2; i++) {
            DimseStatus status = gateway.store(TestImages.ct("1.2.4", "1.2.4.1", "1.2.4.1.1", 2));
            assertThat(status.code()).isEqualTo(0x0111);
            assertThat(status.comment()).contains("another data set");
        }
        assertThat(gateway.get("/api/conflicts").list("conflicts"))
                .filteredOn(c -> c.get("sop-instance-uid").equals("1.2.4.1.1"))
                .singleElement()
                .satisfies(c -> assertThat(c).containsEntry("calling-ae", "MODALITY"));
        ArchiveIndex.Indexed stored =
                gateway.bean(ArchiveIndex.class).find("1.2.4.1.1").orElseThrow();
        assertThat(gateway.bean(SegmentReader.class).read(stored.ref(), stored.sha256()))
                .as("the first one stays")
                .isEqualTo(TestingGateway.encode(first, EXPLICIT));
        assertThat(gateway.store(first)).isEqualTo(DimseStatus.SUCCESS);
    }

    /** ING-06 with the RTSTRUCT of patient STS_001, which was published twice under one UID with different content. */
    @Test
    void the_real_collision_of_sts_001_is_a_conflict() throws Exception {
        List<Path> pair = realCollision();
        assumeTrue(pair.size() == 2, "needs the two RTSTRUCT of STS_001 (TOMOGRID_DATA or ../shared/data)");
        int[] expected = {0x0000, 0x0111};
        for (int i = 0; i < 2; i++) {
            try (InputStream in = Files.newInputStream(pair.get(i))) {
                Part10.Opened file = Part10.open(in);
                assertThat(gateway.store(
                                        Uid.RTStructureSetStorage,
                                        file.meta()
                                                .string(Tag.MediaStorageSOPInstanceUID)
                                                .orElseThrow(),
                                        file.transferSyntax(),
                                        file.dataset().readAllBytes())
                                .code())
                        .as(pair.get(i).toString())
                        .isEqualTo(expected[i]);
            }
        }
    }

    /** ING-07. */
    @Test
    void a_data_set_that_is_another_one_than_announced_is_refused() throws Exception {
        byte[] bytes = TestingGateway.encode(TestImages.ct("1.2.5", "1.2.5.1", "1.2.5.1.1"), EXPLICIT);
        DimseStatus otherInstance = gateway.store(CT, "1.2.5.1.2", EXPLICIT, bytes);
        assertThat(otherInstance.code()).isEqualTo(0xA900);
        assertThat(otherInstance.comment()).contains("SOP Instance UID");
        DimseStatus otherClass = gateway.store(Uid.MRImageStorage, "1.2.5.1.1", EXPLICIT, bytes);
        assertThat(otherClass.code()).isEqualTo(0xA900);
        assertThat(otherClass.comment()).contains("SOP Class UID");
        assertThat(gateway.get("/api/studies/1.2.5").status()).isEqualTo(404);
    }

    /** ING-07: cut off in the header, in the pixels, by one byte. */
    @Test
    void a_truncated_data_set_is_quarantined_with_the_reason() throws Exception {
        byte[] bytes = TestingGateway.encode(TestImages.ct("1.2.6", "1.2.6.1", "1.2.6.1.1"), EXPLICIT);
        for (int length : new int[] {200, bytes.length - 1000, bytes.length - 1}) {
            DimseStatus status = gateway.store(CT, "1.2.6.1.1", EXPLICIT, Arrays.copyOf(bytes, length));
            assertThat(status.code()).as("%d bytes", length).isEqualTo(0xC000);
            assertThat(status.comment()).contains("ends in the middle of an element");
        }
        assertThat(gateway.get("/api/quarantine").list("quarantine"))
                .filteredOn(q -> q.get("sop-instance-uid").equals("1.2.6.1.1"))
                .hasSize(3)
                .allSatisfy(q -> assertThat(q.get("reason").toString()).contains("truncated"));
        assertThat(gateway.get("/api/studies/1.2.6").status()).isEqualTo(404);
        assertThat(gateway.store(CT, "1.2.6.1.1", EXPLICIT, bytes)).isEqualTo(DimseStatus.SUCCESS);
    }

    /** ING-07. */
    @Test
    void a_data_set_without_its_uids_is_quarantined_with_the_name_of_what_is_missing() throws Exception {
        for (int tag : new int[] {Tag.StudyInstanceUID, Tag.SeriesInstanceUID, Tag.SOPInstanceUID}) {
            Dataset image = TestImages.ct("1.2.7", "1.2.7.1", "1.2.3.99").remove(tag);
            DimseStatus status = gateway.store(image);
            assertThat(status.code()).isEqualTo(0xC000);
            assertThat(status.comment())
                    .contains(io.tomogrid.dicom.Dictionary.describe(tag))
                    .contains("missing");
        }
    }

    /** ING-07: seeded damage to good data sets; whatever the answer, others go on and nobody's data is in a reason. */
    @Test
    void damaged_bytes_are_answered_and_disturb_nobody() throws Exception {
        Random random = new Random(20261124);
        byte[] whole = TestingGateway.encode(TestImages.ct("1.2.8", "1.2.8.1", "1.2.8.1.1"), EXPLICIT);
        for (int i = 0; i < 200; i++) {
            byte[] damaged = whole.clone();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                damaged[random.nextInt(500)] = (byte) random.nextInt(256);
            }
            DimseStatus status = gateway.store(CT, "1.2.8.1.1", EXPLICIT, damaged);
            assertThat(status.code()).as("mutation %d", i).isIn(0x0000, 0x0111, 0xA900, 0xC000);
        }
        assertThat(gateway.get("/api/quarantine").list("quarantine").toString()).doesNotContain("Secret");
        assertThat(gateway.store(TestImages.ct("1.2.9", "1.2.9.1", "1.2.9.1.1")))
                .isEqualTo(DimseStatus.SUCCESS);
    }

    /** ING-01. */
    @Test
    void strangers_are_rejected() {
        for (String[] titles : new String[][] {{"STRANGER", "TOMOGRID"}, {"MODALITY", "OTHER"}}) {
            assertThatThrownBy(() -> Association.open(AssociationRequest.storing(
                            "127.0.0.1",
                            gateway.dicomPort(),
                            titles[0],
                            titles[1],
                            List.of(new AssociationRequest.Syntax(CT, EXPLICIT)))))
                    .isInstanceOf(AssociationRejected.class);
        }
    }

    /** SEC-01. */
    @Test
    void nobody_gets_in_without_the_token_or_under_another_name() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        for (String path : List.of("/api/status", "/api/feed", "/actuator/metrics", "/api/results/x")) {
            assertThat(http.send(
                                    HttpRequest.newBuilder(gateway.base().resolve(path))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .as(path)
                    .isEqualTo(401);
        }
        assertThat(http.send(
                                HttpRequest.newBuilder(gateway.base().resolve("/actuator/health"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
        try (Socket socket = new Socket("127.0.0.1", gateway.base().getPort())) {
            socket.getOutputStream()
                    .write("GET /actuator/health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .contains(" 400 ");
        }
    }

    /** ING-04. */
    @Test
    void an_echo_is_answered() throws IOException {
        try (Association association = gateway.open(new AssociationRequest.Syntax(Uid.Verification, IMPLICIT))) {
            assertThat(association.echo()).isEqualTo(DimseStatus.SUCCESS);
        }
    }

    /** ING-09. */
    @Test
    void an_association_that_breaks_leaves_what_was_acknowledged_and_nothing_else() throws Exception {
        byte[] first = TestingGateway.encode(TestImages.ct("1.2.10", "1.2.10.1", "1.2.10.1.1"), EXPLICIT);
        byte[] second = TestingGateway.encode(TestImages.ct("1.2.10", "1.2.10.1", "1.2.10.1.2"), EXPLICIT);
        InputStream breaking = new SequenceInputStream(new ByteArrayInputStream(new byte[1 << 20]), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the sender dies");
            }
        });
        try (Association association = gateway.open(new AssociationRequest.Syntax(CT, EXPLICIT))) {
            assertThat(association.store(CT, "1.2.10.1.1", EXPLICIT, new ByteArrayInputStream(first)))
                    .isEqualTo(DimseStatus.SUCCESS);
            assertThatThrownBy(() -> association.store(
                            CT,
                            "1.2.10.1.2",
                            EXPLICIT,
                            new SequenceInputStream(new ByteArrayInputStream(second, 0, 4000), breaking)))
                    .isInstanceOf(AssociationAborted.class);
        }
        assertThat(gateway.get("/api/studies/1.2.10").body()).containsEntry("instances", 1);
        try (Stream<Path> spooled = Files.list(folder.resolve("spool"))) {
            assertThat(spooled).isEmpty();
        }
    }

    /** ING-10. */
    @Test
    void eight_associations_that_begin_one_study_at_once_make_one_study() throws Exception {
        int senders = 8;
        int each = 10;
        ExecutorService pool = Executors.newFixedThreadPool(senders);
        try {
            CountDownLatch all = new CountDownLatch(senders);
            List<Future<?>> futures = new ArrayList<>();
            for (int s = 0; s < senders; s++) {
                String series = "1.2.11." + (s % 2 + 1);
                int sender = s;
                futures.add(pool.submit(() -> {
                    try (Association association = gateway.open(new AssociationRequest.Syntax(CT, EXPLICIT))) {
                        all.countDown();
                        all.await();
                        for (int i = 0; i < each; i++) {
                            String uid = series + "." + sender + "." + (i + 1);
                            assertThat(association.store(
                                            CT,
                                            uid,
                                            EXPLICIT,
                                            new ByteArrayInputStream(TestingGateway.encode(
                                                    TestImages.ct("1.2.11", series, uid), EXPLICIT))))
                                    .isEqualTo(DimseStatus.SUCCESS);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(gateway.get("/api/studies/1.2.11").body())
                .containsEntry("instances", senders * each)
                .containsEntry("series", 2);
        assertThat(gateway.get("/api/studies?limit=1000").list("studies"))
                .filteredOn(s -> s.get("study-uid").equals("1.2.11"))
                .hasSize(1);
    }

    private static List<Path> realCollision() {
        String configured = System.getenv("TOMOGRID_DATA");
        Path data = configured != null
                ? Path.of(configured)
                : Path.of(System.getProperty("tomogrid.root", "."), "..", "shared", "data");
        Path patient = data.resolve("dicom/petct_sts001");
        return Stream.of("RTSTRUCT_on_PT/1-1.dcm", "RTSTRUCT_cropped/ea3860_RS.dcm")
                .map(patient::resolve)
                .filter(Files::isRegularFile)
                .toList();
    }
}
