package io.tomogrid.gateway;

import static io.tomogrid.gateway.TestingGateway.EXPLICIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.AssociationRequest.Syntax;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.RetrieveResult;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retrieves through the DICOM port, by our own client. */
class RetrieveTest {
    private static final String MOVE = Uid.StudyRootQueryRetrieveInformationModelMOVE;
    private static final String GET = Uid.StudyRootQueryRetrieveInformationModelGET;
    private static final String PATIENT_GET = Uid.PatientRootQueryRetrieveInformationModelGET;
    private static final String PT = Uid.PositronEmissionTomographyImageStorage;

    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingPacs pacs;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        database = TestingDatabase.start();
        pacs = new TestingPacs(0);
        gateway = TestingGateway.start(
                folder.resolve("all"),
                database.fresh(),
                Map.of(
                        "tomogrid.gateway.destinations[0].name", "pacs",
                        "tomogrid.gateway.destinations[0].host", "127.0.0.1",
                        "tomogrid.gateway.destinations[0].port", Integer.toString(pacs.port()),
                        "tomogrid.gateway.destinations[0].ae-title", "PACS",
                        "tomogrid.gateway.destinations[0].results", "false"));
        for (int study = 2; study <= 3; study++) {
            for (Dataset image : TestStudies.study(study)) {
                assertThat(gateway.store(image)).isEqualTo(DimseStatus.SUCCESS);
            }
        }
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        pacs.close();
        database.close();
    }

    private static Association ask(TestingGateway at, String sopClass) throws IOException {
        return Association.open(
                AssociationRequest.asking("127.0.0.1", at.dicomPort(), "MODALITY", "TOMOGRID", sopClass));
    }

    /** QRY-03. */
    @AlsoOnHdfs
    @Test
    void a_get_gives_what_was_stored_to_the_bit() throws IOException {
        Map<String, byte[]> got = new ConcurrentHashMap<>();
        try (Association association = retrieving(new Syntax(TestingGateway.CT, EXPLICIT))) {
            RetrieveResult result = association.get(
                    GET,
                    new Dataset().put(Tag.QueryRetrieveLevel, "STUDY").put(Tag.StudyInstanceUID, "1.7.2"),
                    (store, data) -> {
                        got.put(store.sopInstanceUid(), data.readAllBytes());
                        return DimseStatus.SUCCESS;
                    },
                    (left, completed, failed) -> true);
            assertThat(result.status().code()).as("PET was not proposed").isEqualTo(0xB000);
            assertThat(List.of(result.completed(), result.failed())).containsExactly(2, 2);
            assertThat(result.failedInstances()).containsExactlyInAnyOrder("1.7.2.2.1", "1.7.2.2.2");
        }
        assertThat(got).containsOnlyKeys("1.7.2.1.1", "1.7.2.1.2");
        assertThat(got.get("1.7.2.1.2")).isEqualTo(TestingGateway.encode(TestStudies.image(2, 1, 2), EXPLICIT));
    }

    private static Association retrieving(Syntax... syntaxes) throws IOException {
        return Association.open(AssociationRequest.retrieving(
                "127.0.0.1", gateway.dicomPort(), "MODALITY", "TOMOGRID", GET, List.of(syntaxes)));
    }

    /** QRY-03. */
    @AlsoOnHdfs
    @Test
    void a_move_goes_to_configured_destinations_only() throws IOException {
        try (Association association = ask(gateway, MOVE)) {
            Dataset images = new Dataset()
                    .put(Tag.QueryRetrieveLevel, "IMAGE")
                    .put(Tag.StudyInstanceUID, "1.7.3")
                    .put(Tag.SeriesInstanceUID, "1.7.3.2")
                    .put(Tag.SOPInstanceUID, "1.7.3.2.1", "1.7.3.2.2");
            pacs.answers.put("1.7.3.2.2", DimseStatus.OUT_OF_RESOURCES);
            RetrieveResult result = association.move(MOVE, images, "PACS", (left, completed, failed) -> true);
            assertThat(result.status().code()).isEqualTo(0xB000);
            assertThat(List.of(result.completed(), result.failed())).containsExactly(1, 1);
            assertThat(result.failedInstances()).containsExactly("1.7.3.2.2");
            assertThat(pacs.received).containsKey("1.7.3.2.1");
            assertThat(association
                            .move(MOVE, images, "MODALITY", (left, completed, failed) -> true)
                            .status()
                            .code())
                    .isEqualTo(0xA801);
            Dataset none = new Dataset().put(Tag.QueryRetrieveLevel, "STUDY").put(Tag.StudyInstanceUID, "1.7.77");
            assertThat(association
                            .move(MOVE, none, "PACS", (left, completed, failed) -> true)
                            .status())
                    .isEqualTo(DimseStatus.SUCCESS);
            Dataset all = new Dataset().put(Tag.QueryRetrieveLevel, "STUDY");
            assertThat(association
                            .move(MOVE, all, "PACS", (left, completed, failed) -> true)
                            .status()
                            .comment())
                    .isEqualTo("StudyInstanceUID is missing, level STUDY needs it");
        }
    }

    void damage(Path home, String segment, long at) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(home.resolve("archive").resolve(segment).toFile(), "rw")) {
            file.seek(at);
            int old = file.read();
            file.seek(at);
            file.write(~old);
        }
    }

    /** QRY-03, ARC-04: damage in the archive costs one instance, never a wrong one. */
    @AlsoOnHdfs
    @Test
    void a_damaged_instance_fails_alone() throws Exception {
        Path home = folder.resolve("damaged");
        String url = database.fresh();
        try (TestingGateway damaged = TestingGateway.start(home, url, Map.of())) {
            TestStudies.study(8).forEach(image -> {
                try {
                    damaged.store(image);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            damage(home, "segments/0000000001.seg", 4000);
            try (Association association = Association.open(AssociationRequest.retrieving(
                    "127.0.0.1",
                    damaged.dicomPort(),
                    "MODALITY",
                    "TOMOGRID",
                    GET,
                    List.of(new Syntax(TestingGateway.CT, EXPLICIT), new Syntax(PT, EXPLICIT))))) {
                RetrieveResult result = association.get(
                        GET,
                        new Dataset().put(Tag.QueryRetrieveLevel, "STUDY").put(Tag.StudyInstanceUID, "1.7.8"),
                        (store, data) -> {
                            data.readAllBytes();
                            return DimseStatus.SUCCESS;
                        },
                        (left, completed, failed) -> true);
                assertThat(List.of(result.completed(), result.failed())).containsExactly(3, 1);
                assertThat(result.failedInstances()).containsExactly("1.7.8.1.1");
            }
        }
    }

    /** QRY-03: the same ID from two issuers is two patients. */
    @Test
    void a_patient_is_retrieved_only_when_it_is_clear_which() throws IOException {
        for (String issuer : List.of("A", "B")) {
            Dataset image = TestImages.ct("1.7.60." + issuer.charAt(0) % 2, "1.7.61", "1.7.62." + issuer.charAt(0) % 2)
                    .put(Tag.PatientID, "TWICE")
                    .put(Tag.IssuerOfPatientID, issuer);
            assertThat(gateway.store(image)).isEqualTo(DimseStatus.SUCCESS);
        }
        Dataset identifier =
                new Dataset().put(Tag.QueryRetrieveLevel, "PATIENT").put(Tag.PatientID, "TWICE");
        try (Association association = Association.open(AssociationRequest.retrieving(
                "127.0.0.1",
                gateway.dicomPort(),
                "MODALITY",
                "TOMOGRID",
                PATIENT_GET,
                List.of(new Syntax(TestingGateway.CT, EXPLICIT))))) {
            assertThat(association
                            .get(PATIENT_GET, identifier, RetrieveTest::drop, (left, completed, failed) -> true)
                            .status())
                    .isEqualTo(new DimseStatus(0xA900, "IssuerOfPatientID is missing: several have this PatientID"));
            RetrieveResult result = association.get(
                    PATIENT_GET,
                    identifier.put(Tag.IssuerOfPatientID, "B"),
                    RetrieveTest::drop,
                    (left, completed, failed) -> true);
            assertThat(result.status()).isEqualTo(DimseStatus.SUCCESS);
            assertThat(result.completed()).isEqualTo(1);
        }
    }

    /** QRY-01, QRY-03: our own results are found and retrieved like anything else. */
    @AlsoOnHdfs
    @Test
    void results_are_found_and_retrieved() throws Exception {
        var manifest = TestResults.stage(folder.resolve("staging"), "job-q", "1.4.60", "1.9.60.1");
        gateway.put("/api/results/job-q", TestResults.json(manifest));
        gateway.await("/api/results/job-q", a -> "SETTLED".equals(a.body().get("state")));
        String find = Uid.StudyRootQueryRetrieveInformationModelFIND;
        Dataset series = new Dataset()
                .put(Tag.QueryRetrieveLevel, "SERIES")
                .put(Tag.StudyInstanceUID, "1.4.60")
                .putEmpty(Tag.Modality);
        List<String> found = new java.util.ArrayList<>();
        try (Association association = ask(gateway, find)) {
            assertThat(association.find(
                            find,
                            series,
                            match -> found.add(match.string(Tag.Modality).orElse(""))))
                    .isEqualTo(DimseStatus.SUCCESS);
        }
        assertThat(found).containsExactly("OT");
        try (Association association = Association.open(AssociationRequest.retrieving(
                "127.0.0.1",
                gateway.dicomPort(),
                "MODALITY",
                "TOMOGRID",
                GET,
                List.of(new Syntax(Uid.SecondaryCaptureImageStorage, EXPLICIT))))) {
            RetrieveResult result = association.get(
                    GET,
                    new Dataset().put(Tag.QueryRetrieveLevel, "STUDY").put(Tag.StudyInstanceUID, "1.4.60"),
                    RetrieveTest::drop,
                    (left, completed, failed) -> true);
            assertThat(result.status()).isEqualTo(DimseStatus.SUCCESS);
            assertThat(result.completed()).isEqualTo(1);
        }
    }

    private static DimseStatus drop(io.tomogrid.dicom.net.CStoreRequest request, java.io.InputStream data)
            throws IOException {
        data.readAllBytes();
        return DimseStatus.SUCCESS;
    }
}
