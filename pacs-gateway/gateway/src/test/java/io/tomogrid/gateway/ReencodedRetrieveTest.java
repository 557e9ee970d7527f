package io.tomogrid.gateway;

import static io.tomogrid.gateway.TestingGateway.CT;
import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.AssociationRequest.Syntax;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.PresentationContext;
import io.tomogrid.dicom.net.RetrieveResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Retrieves by peers that do not take the transfer syntax in which an instance is stored (QRY-06). */
class ReencodedRetrieveTest {
    private static final String GET = Uid.StudyRootQueryRetrieveInformationModelGET;
    private static final Dataset STUDY =
            new Dataset().put(Tag.QueryRetrieveLevel, "STUDY").put(Tag.StudyInstanceUID, "1.7.4");

    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;
    private static Map<String, Dataset> stored;

    @BeforeAll
    static void start() throws Exception {
        database = TestingDatabase.start();
        gateway = TestingGateway.start(folder, database.fresh(), Map.of());
        stored = TestSyntaxes.storeOneInEach(gateway);
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        database.close();
    }

    static Stream<String> uncompressed() {
        return TestSyntaxes.UNCOMPRESSED.stream();
    }

    @ParameterizedTest
    @MethodSource("uncompressed")
    void what_is_not_compressed_comes_in_the_syntax_that_the_requestor_takes(String syntax) throws IOException {
        Map<String, Dataset> got = new ConcurrentHashMap<>();
        RetrieveResult result = get(got, new Syntax(CT, syntax));
        assertThat(got).hasSize(4);
        got.forEach((uid, image) -> TestSyntaxes.assertSame(image, stored.get(uid)));
        assertThat(List.of(result.completed(), result.failed())).containsExactly(4, 1);
        assertThat(result.status()).isEqualTo(new DimseStatus(0xB000, "RLE Lossless cannot be decoded"));
        assertThat(result.failedInstances()).containsExactly(TestSyntaxes.COMPRESSED_UID);
    }

    @Test
    void pixels_that_cannot_be_decoded_come_as_they_are_stored_or_not_at_all() throws IOException {
        Map<String, Dataset> got = new ConcurrentHashMap<>();
        assertThat(get(got, new Syntax(CT, Uid.RLELossless)).completed()).isEqualTo(1);
        assertThat(got).containsOnly(Map.entry(TestSyntaxes.COMPRESSED_UID, stored.get(TestSyntaxes.COMPRESSED_UID)));
        RetrieveResult none = get(got, new Syntax(CT, Uid.JPEG2000ImageCompression));
        assertThat(none.status().code()).isEqualTo(0xA702);
        assertThat(none.status().comment()).isEqualTo("peer takes no CT Image Storage");
    }

    @Test
    void what_the_requestor_takes_as_it_is_stored_comes_so() throws IOException {
        Map<String, String> syntaxes = new ConcurrentHashMap<>();
        try (Association association = retrieving(
                TestSyntaxes.UNCOMPRESSED.stream().map(s -> new Syntax(CT, s)).toArray(Syntax[]::new))) {
            association.get(
                    GET,
                    STUDY,
                    (store, data) -> {
                        syntaxes.put(store.sopInstanceUid(), store.transferSyntax());
                        assertThat(data.readAllBytes())
                                .isEqualTo(TestingGateway.encode(
                                        stored.get(store.sopInstanceUid()), store.transferSyntax()));
                        return DimseStatus.SUCCESS;
                    },
                    (left, completed, failed) -> true);
        }
        assertThat(syntaxes.values()).containsExactlyInAnyOrderElementsOf(TestSyntaxes.UNCOMPRESSED);
    }

    /** The stored syntax stands alone in the first contexts, so that nobody can choose another one before it. */
    @Test
    void the_stored_syntax_is_proposed_first() {
        List<PresentationContext> contexts = AssociationRequest.storingOrReencoding(
                        "127.0.0.1",
                        104,
                        "US",
                        "PEER",
                        List.of(new Syntax(CT, Uid.ExplicitVRBigEndian), new Syntax(CT, Uid.RLELossless)))
                .contexts();
        assertThat(contexts)
                .containsExactly(
                        new PresentationContext(1, CT, List.of(Uid.ExplicitVRBigEndian)),
                        new PresentationContext(3, CT, List.of(Uid.RLELossless)),
                        new PresentationContext(
                                5,
                                CT,
                                List.of(
                                        Uid.ExplicitVRLittleEndian,
                                        Uid.ImplicitVRLittleEndian,
                                        Uid.DeflatedExplicitVRLittleEndian,
                                        Uid.ExplicitVRBigEndian)));
    }

    private static RetrieveResult get(Map<String, Dataset> got, Syntax... syntaxes) throws IOException {
        try (Association association = retrieving(syntaxes)) {
            return association.get(
                    GET,
                    STUDY,
                    (store, data) -> {
                        assertThat(store.transferSyntax()).isEqualTo(syntaxes[0].transferSyntax());
                        got.put(
                                store.sopInstanceUid(),
                                DatasetReader.read(
                                        new ByteArrayInputStream(data.readAllBytes()),
                                        store.transferSyntax(),
                                        ReadLimits.DEFAULT));
                        return DimseStatus.SUCCESS;
                    },
                    (left, completed, failed) -> true);
        }
    }

    private static Association retrieving(Syntax... syntaxes) throws IOException {
        return Association.open(AssociationRequest.retrieving(
                "127.0.0.1", gateway.dicomPort(), "MODALITY", "TOMOGRID", GET, List.of(syntaxes)));
    }
}
