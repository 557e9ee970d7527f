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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Our client against a Query/Retrieve SCP of others, which moves back to our own Storage SCP. */
record QueryRetrieveUser(int port, String peer) {
    private static final String FIND = Uid.StudyRootQueryRetrieveInformationModelFIND;
    private static final String MOVE = Uid.StudyRootQueryRetrieveInformationModelMOVE;
    private static final String GET = Uid.StudyRootQueryRetrieveInformationModelGET;
    private static final List<Syntax> SYNTAXES =
            List.of(new Syntax(CT, EXPLICIT), new Syntax(Uid.PositronEmissionTomographyImageStorage, EXPLICIT));

    /** Stores a study of four images there, finds it by its patient's name, moves it here and gets it. */
    void storesFindsMovesAndGets(int study, TestingGateway here) throws Exception {
        store(TestStudies.study(study));
        String uid = "1.7." + study;
        Dataset identifier = new Dataset().put(Tag.QueryRetrieveLevel, "STUDY").put(Tag.StudyInstanceUID, uid);
        try (Association association =
                Association.open(AssociationRequest.asking("127.0.0.1", port, "TOMOGRID", peer, FIND, MOVE))) {
            List<String> found = new ArrayList<>();
            Dataset byName = new Dataset()
                    .put(Tag.QueryRetrieveLevel, "STUDY")
                    .put(Tag.PatientName, "Case*")
                    .putEmpty(Tag.StudyInstanceUID);
            assertThat(association.find(
                            FIND,
                            byName,
                            match ->
                                    found.add(match.string(Tag.StudyInstanceUID).orElse(""))))
                    .isEqualTo(DimseStatus.SUCCESS);
            assertThat(found).containsExactly(uid);
            RetrieveResult moved = association.move(MOVE, identifier, "TOMOGRID", (left, completed, failed) -> true);
            assertThat(moved.status()).isEqualTo(DimseStatus.SUCCESS);
            assertThat(moved.completed()).isEqualTo(4);
        }
        assertThat(here.get("/api/studies/" + uid).body()).containsEntry("instances", 4);
        assertThat(get(identifier)).hasSize(4);
    }

    private void store(List<Dataset> images) throws IOException {
        try (Association association =
                Association.open(AssociationRequest.storing("127.0.0.1", port, "TOMOGRID", peer, SYNTAXES))) {
            for (Dataset image : images) {
                assertThat(association.store(
                                image.string(Tag.SOPClassUID).orElseThrow(),
                                image.string(Tag.SOPInstanceUID).orElseThrow(),
                                EXPLICIT,
                                new ByteArrayInputStream(TestingGateway.encode(image, EXPLICIT))))
                        .isEqualTo(DimseStatus.SUCCESS);
            }
        }
    }

    private Map<String, byte[]> get(Dataset identifier) throws IOException {
        Map<String, byte[]> got = new ConcurrentHashMap<>();
        try (Association association =
                Association.open(AssociationRequest.retrieving("127.0.0.1", port, "TOMOGRID", peer, GET, SYNTAXES))) {
            RetrieveResult result = association.get(
                    GET,
                    identifier,
                    (store, data) -> {
                        got.put(store.sopInstanceUid(), data.readAllBytes());
                        return DimseStatus.SUCCESS;
                    },
                    (left, completed, failed) -> true);
            assertThat(result.status()).isEqualTo(DimseStatus.SUCCESS);
        }
        return got;
    }
}
