package io.tomogrid.gateway;

import static io.tomogrid.gateway.TestingGateway.CT;
import static io.tomogrid.gateway.TestingGateway.EXPLICIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.AssociationRequest.Syntax;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.RetrieveResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Query and retrieve with DCMTK at the other end, in both directions. */
@org.junit.jupiter.api.Tag("peer")
class DcmtkQueryTest {
    private static final String PT = Uid.PositronEmissionTomographyImageStorage;

    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;
    private static Process storescp;
    private static int storescpPort;

    @BeforeAll
    static void start() throws Exception {
        Programs.assumeDcmtk("findscu", "movescu", "getscu", "storescp", "dcmqrscp");
        storescpPort = Programs.freePort();
        Path moved = Files.createDirectory(folder.resolve("moved"));
        storescp = Programs.serve(
                storescpPort,
                folder.resolve("storescp.log"),
                "storescp",
                "-od",
                moved.toString(),
                Integer.toString(storescpPort));
        database = TestingDatabase.start();
        gateway = TestingGateway.start(
                folder,
                database.fresh(),
                Map.of(
                        "tomogrid.gateway.dicom.calling-allowed", "MODALITY,FINDSCU,MOVESCU,GETSCU,QRSCP",
                        "tomogrid.gateway.destinations[0].name", "storescp",
                        "tomogrid.gateway.destinations[0].host", "127.0.0.1",
                        "tomogrid.gateway.destinations[0].port", Integer.toString(storescpPort),
                        "tomogrid.gateway.destinations[0].ae-title", "STORESCP"));
        for (int study = 1; study <= 3; study++) {
            for (Dataset image : TestStudies.study(study)) {
                assertThat(gateway.store(image)).isEqualTo(DimseStatus.SUCCESS);
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (gateway != null) {
            gateway.close();
            database.close();
        }
        Programs.end(storescp);
    }

    private static Programs.Ran scu(String program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(program, "-v", "-aec", "TOMOGRID"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("127.0.0.1", Integer.toString(gateway.dicomPort())));
        return Programs.run(command.toArray(String[]::new));
    }

    /** QRY-01, QRY-02. */
    @Test
    void findscu_finds_in_both_models() throws Exception {
        var studies = scu(
                "findscu",
                "-S",
                "-k",
                "QueryRetrieveLevel=STUDY",
                "-k",
                "PatientName=yamada*",
                "-k",
                "StudyInstanceUID",
                "-k",
                "ModalitiesInStudy");
        assertThat(studies.exit()).as(studies.output()).isZero();
        assertThat(studies.output()).contains("[1.7.1", "[CT\\PT", "ISO_IR 192").doesNotContain("[1.7.2");
        var patients =
                scu("findscu", "-P", "-k", "QueryRetrieveLevel=PATIENT", "-k", "PatientID=ID-?", "-k", "PatientName");
        assertThat(patients.exit()).as(patients.output()).isZero();
        assertThat(patients.output()).contains("[ID-1", "[ID-2", "[ID-3");
        var wrong = scu("findscu", "-d", "-S", "-k", "QueryRetrieveLevel=SERIES", "-k", "Modality");
        assertThat(wrong.output()).contains("0xa900", "StudyInstanceUID is missing");
        var cancelled = scu("findscu", "--cancel", "1", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyDate");
        assertThat(cancelled.exit()).as(cancelled.output()).isZero();
    }

    /** QRY-03. */
    @Test
    void movescu_moves_to_storescp() throws Exception {
        var moved = scu(
                "movescu", "-S", "-aem", "STORESCP", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.7.2");
        assertThat(moved.exit()).as(moved.output()).isZero();
        assertSame(folder.resolve("moved"), TestStudies.study(2));
        var unknown = scu(
                "movescu",
                "-d",
                "-S",
                "-aem",
                "NOBODY",
                "-k",
                "QueryRetrieveLevel=STUDY",
                "-k",
                "StudyInstanceUID=1.7.2");
        assertThat(unknown.output()).contains("0xa801");
    }

    /** QRY-03. */
    @Test
    void getscu_gets() throws Exception {
        Path got = Files.createDirectory(folder.resolve("got"));
        var ran = scu(
                "getscu",
                "-S",
                "-od",
                got.toString(),
                "-k",
                "QueryRetrieveLevel=SERIES",
                "-k",
                "StudyInstanceUID=1.7.3",
                "-k",
                "SeriesInstanceUID=1.7.3.2");
        assertThat(ran.exit()).as(ran.output()).isZero();
        assertSame(got, TestStudies.study(3).subList(2, 4));
    }

    private static void assertSame(Path stored, List<Dataset> expected) throws IOException {
        List<Dataset> found = new ArrayList<>();
        try (var files = Files.list(stored)) {
            for (Path file : files.toList()) {
                found.add(Part10.read(file).dataset());
            }
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    }

    /** QRY-05: our client against dcmqrscp, which moves back to our own Storage SCP. */
    @Test
    void our_client_asks_dcmqrscp() throws Exception {
        int port = Programs.freePort();
        Path archive = Files.createDirectory(folder.resolve("qr"));
        Path configuration = folder.resolve("dcmqrscp.cfg");
        Files.writeString(configuration, """
                NetworkTCPPort = %d
                MaxPDUSize = 16384
                MaxAssociations = 16
                HostTable BEGIN
                us = (TOMOGRID, 127.0.0.1, %d)
                HostTable END
                VendorTable BEGIN
                VendorTable END
                AETable BEGIN
                QRSCP %s RW (100, 1024mb) ANY
                AETable END
                """.formatted(port, gateway.dicomPort(), archive));
        Process dcmqrscp =
                Programs.serve(port, folder.resolve("dcmqrscp.log"), "dcmqrscp", "-c", configuration.toString());
        try {
            List<Dataset> images = TestStudies.study(6);
            List<Syntax> syntaxes = List.of(new Syntax(CT, EXPLICIT), new Syntax(PT, EXPLICIT));
            String find = Uid.StudyRootQueryRetrieveInformationModelFIND;
            String move = Uid.StudyRootQueryRetrieveInformationModelMOVE;
            String get = Uid.StudyRootQueryRetrieveInformationModelGET;
            try (Association association =
                    Association.open(AssociationRequest.storing("127.0.0.1", port, "TOMOGRID", "QRSCP", syntaxes))) {
                for (Dataset image : images) {
                    assertThat(association.store(
                                    image.string(Tag.SOPClassUID).orElseThrow(),
                                    image.string(Tag.SOPInstanceUID).orElseThrow(),
                                    EXPLICIT,
                                    new ByteArrayInputStream(TestingGateway.encode(image, EXPLICIT))))
                            .isEqualTo(DimseStatus.SUCCESS);
                }
            }
            Dataset study = new Dataset().put(Tag.QueryRetrieveLevel, "STUDY").put(Tag.StudyInstanceUID, "1.7.6");
            try (Association association =
                    Association.open(AssociationRequest.asking("127.0.0.1", port, "TOMOGRID", "QRSCP", find, move))) {
                List<String> found = new ArrayList<>();
                Dataset identifier = new Dataset()
                        .put(Tag.QueryRetrieveLevel, "STUDY")
                        .put(Tag.PatientName, "Case*")
                        .putEmpty(Tag.StudyInstanceUID);
                assertThat(association.find(
                                find,
                                identifier,
                                match -> found.add(
                                        match.string(Tag.StudyInstanceUID).orElse(""))))
                        .isEqualTo(DimseStatus.SUCCESS);
                assertThat(found).containsExactly("1.7.6");
                RetrieveResult moved = association.move(move, study, "TOMOGRID", (left, completed, failed) -> true);
                assertThat(moved.status()).isEqualTo(DimseStatus.SUCCESS);
                assertThat(moved.completed()).isEqualTo(4);
            }
            assertThat(gateway.get("/api/studies/1.7.6").body()).containsEntry("instances", 4);
            Map<String, byte[]> got = new ConcurrentHashMap<>();
            try (Association association = Association.open(
                    AssociationRequest.retrieving("127.0.0.1", port, "TOMOGRID", "QRSCP", get, syntaxes))) {
                RetrieveResult result = association.get(
                        get,
                        study,
                        (store, data) -> {
                            got.put(store.sopInstanceUid(), data.readAllBytes());
                            return DimseStatus.SUCCESS;
                        },
                        (left, completed, failed) -> true);
                assertThat(result.status()).isEqualTo(DimseStatus.SUCCESS);
                assertThat(result.completed()).isEqualTo(4);
            }
            assertThat(got).hasSize(4);
        } finally {
            Programs.end(dcmqrscp);
        }
    }
}
