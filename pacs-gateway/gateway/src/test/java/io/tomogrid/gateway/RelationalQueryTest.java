package io.tomogrid.gateway;

import static io.tomogrid.gateway.TestingGateway.CT;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Identifiers without the unique keys of the levels above, once that was agreed (QRY-07). */
class RelationalQueryTest {
    private static final String FIND = Uid.StudyRootQueryRetrieveInformationModelFIND;
    private static final String GET = Uid.StudyRootQueryRetrieveInformationModelGET;

    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        database = TestingDatabase.start();
        gateway = TestingGateway.start(folder, database.fresh(), Map.of());
        for (int study = 1; study <= 2; study++) {
            for (Dataset image : TestStudies.study(study)) {
                assertThat(gateway.store(image)).isEqualTo(DimseStatus.SUCCESS);
            }
        }
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        database.close();
    }

    private static AssociationRequest finding() {
        return AssociationRequest.asking("127.0.0.1", gateway.dicomPort(), "MODALITY", "TOMOGRID", FIND);
    }

    private static AssociationRequest getting() {
        return AssociationRequest.retrieving(
                "127.0.0.1", gateway.dicomPort(), "MODALITY", "TOMOGRID", GET, List.of(new Syntax(CT, EXPLICIT)));
    }

    @Test
    void series_are_found_in_all_studies() throws IOException {
        Dataset identifier = new Dataset()
                .put(Tag.QueryRetrieveLevel, "SERIES")
                .put(Tag.Modality, "PT")
                .put(Tag.PatientID, "ID-?");
        List<String> found = new ArrayList<>();
        try (Association association = Association.open(finding().relationally(FIND))) {
            assertThat(association.find(
                            FIND,
                            identifier,
                            match -> found.add(
                                    match.string(Tag.SeriesInstanceUID).orElse(""))))
                    .isEqualTo(DimseStatus.SUCCESS);
        }
        assertThat(found).containsExactlyInAnyOrder("1.7.1.2", "1.7.2.2");
        try (Association association = Association.open(finding())) {
            assertThat(association.find(FIND, identifier, match -> true))
                    .as("without an agreement")
                    .isEqualTo(new DimseStatus(0xA900, "StudyInstanceUID is missing, level SERIES needs it"));
        }
    }

    @Test
    void an_image_is_retrieved_by_its_uid_alone() throws IOException {
        Dataset identifier = new Dataset().put(Tag.QueryRetrieveLevel, "IMAGE").put(Tag.SOPInstanceUID, "1.7.2.1.1");
        try (Association association = Association.open(getting().relationally(GET))) {
            RetrieveResult result = get(association, identifier);
            assertThat(result.status()).isEqualTo(DimseStatus.SUCCESS);
            assertThat(result.completed()).isEqualTo(1);
            assertThat(get(association, new Dataset().put(Tag.QueryRetrieveLevel, "IMAGE"))
                            .status()
                            .comment())
                    .isEqualTo("SOPInstanceUID is missing, level IMAGE needs it");
        }
        try (Association association = Association.open(getting().relationally(FIND))) {
            assertThat(get(association, identifier).status().code())
                    .as("agreed for another model only")
                    .isEqualTo(0xA900);
        }
    }

    private static RetrieveResult get(Association association, Dataset identifier) throws IOException {
        return association.get(
                GET,
                identifier,
                (store, data) -> {
                    data.readAllBytes();
                    return DimseStatus.SUCCESS;
                },
                (left, completed, failed) -> true);
    }
}
