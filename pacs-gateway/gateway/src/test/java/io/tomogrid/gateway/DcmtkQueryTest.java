package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.net.DimseStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Query and retrieve with DCMTK at the other end, in both directions. */
@org.junit.jupiter.api.Tag("peer")
class DcmtkQueryTest {
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
            new QueryRetrieveUser(port, "QRSCP").storesFindsMovesAndGets(6, gateway);
        } finally {
            Programs.end(dcmqrscp);
        }
    }
}
