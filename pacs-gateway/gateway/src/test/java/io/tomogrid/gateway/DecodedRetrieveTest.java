package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.codec.PixelDecoder;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Part10File;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.RetrieveResult;
import io.tomogrid.gateway.WebClient.Reply;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed instances: as they are stored, or decoded for whom takes only uncompressed (WEB-02, QRY-06, COD-04). */
class DecodedRetrieveTest {
    private static final String ROOT = "/dicom-web/studies/1.7.1/series/1.7.1.1";
    private static final String RLE = ROOT + "/instances/1.7.1.1.1";
    private static final String JPEG_LS = ROOT + "/instances/1.7.1.1.2";
    private static final String DICOM = "multipart/related; type=\"application/dicom\"; transfer-syntax=";
    private static final byte[] PIXELS = new byte[2 * 2 * 64 * 64];

    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;
    private static WebClient web;

    @BeforeAll
    static void start() throws Exception {
        new Random(5).nextBytes(PIXELS);
        System.setProperty(PixelDecoder.CHARLS_PROPERTY, "libno-such-charls.so.2");
        database = TestingDatabase.start();
        gateway = TestingGateway.start(folder, database.fresh(), Map.of("tomogrid.gateway.quiet-period", "10m"));
        web = new WebClient(gateway);
        List<byte[]> frames = List.of(new byte[0], runLengths(0), runLengths(PIXELS.length / 2));
        store(plain("1.7.1.1.1").put(new Element.Fragments(Tag.PixelData, VR.OB, frames)), Uid.RLELossless);
        List<byte[]> two = List.of(new byte[0], new byte[] {-1, -40, 1, 2}, new byte[] {-1, -40, 3, 4});
        store(
                plain("1.7.1.1.2").put(new Element.Fragments(Tag.PixelData, VR.OB, two)),
                Uid.JPEGLSLosslessImageCompression);
    }

    @AfterAll
    static void stop() throws IOException {
        System.clearProperty(PixelDecoder.CHARLS_PROPERTY);
        gateway.close();
        database.close();
    }

    private static Dataset plain(String instance) {
        return TestImages.ct("1.7.1", "1.7.1.1", instance)
                .put(Tag.NumberOfFrames, 2)
                .putBytes(Tag.PixelData, VR.OW, PIXELS);
    }

    private static void store(Dataset image, String syntax) throws IOException {
        try (var association = gateway.open(new AssociationRequest.Syntax(Uid.CTImageStorage, syntax))) {
            assertThat(association
                            .store(
                                    Uid.CTImageStorage,
                                    image.string(Tag.SOPInstanceUID).orElseThrow(),
                                    syntax,
                                    new ByteArrayInputStream(TestingGateway.encode(image, syntax)))
                            .isSuccess())
                    .isTrue();
        }
    }

    /** PS3.5 annex G with literal runs only. */
    private static byte[] runLengths(int from) {
        ByteArrayOutputStream segments = new ByteArrayOutputStream();
        List<Integer> offsets = new ArrayList<>();
        for (int plane = 1; plane >= 0; plane--) {
            offsets.add(64 + segments.size());
            for (int pixel = 0; pixel < 64 * 64; pixel++) {
                if (pixel % 128 == 0) {
                    segments.write(127);
                }
                segments.write(PIXELS[from + 2 * pixel + plane]);
            }
        }
        ByteBuffer frame = ByteBuffer.allocate(64 + segments.size()).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(2).putInt(offsets.get(0)).putInt(offsets.get(1)).position(64);
        return frame.put(segments.toByteArray()).array();
    }

    @Test
    void an_instance_comes_decoded_unless_its_own_syntax_is_accepted() throws Exception {
        Part10File decoded = Part10.read(new ByteArrayInputStream(
                web.get(RLE, "Accept", "application/dicom").bytes()));
        assertThat(decoded.transferSyntax()).isEqualTo(Uid.ExplicitVRLittleEndian);
        assertThat(decoded.dataset()).isEqualTo(plain("1.7.1.1.1"));
        Part10File stored = Part10.read(new ByteArrayInputStream(
                web.get(RLE, "Accept", "application/dicom; transfer-syntax=*").bytes()));
        assertThat(stored.transferSyntax()).isEqualTo(Uid.RLELossless);
        Reply parts = web.get(RLE, "Accept", DICOM + Uid.ExplicitVRLittleEndian);
        assertThat(Part10.read(new ByteArrayInputStream(parts.parts().get(0))).dataset())
                .isEqualTo(plain("1.7.1.1.1"));
    }

    @Test
    void frames_come_decoded_in_the_order_that_was_asked_for() throws Exception {
        Reply both = web.get(RLE + "/frames/2,1", "Accept", "multipart/related; type=application/octet-stream");
        assertThat(both.header("Content-Type")).contains(Uid.ExplicitVRLittleEndian);
        assertThat(both.parts()).hasSize(2);
        assertThat(both.parts().get(0)).isEqualTo(Arrays.copyOfRange(PIXELS, PIXELS.length / 2, PIXELS.length));
        assertThat(both.parts().get(1)).isEqualTo(Arrays.copyOf(PIXELS, PIXELS.length / 2));
        Reply stored = web.get(
                RLE + "/frames/1", "Accept", "multipart/related; type=application/octet-stream; transfer-syntax=*");
        assertThat(stored.header("Content-Type")).contains(Uid.RLELossless);
        assertThat(stored.parts().get(0)).isEqualTo(runLengths(0));
        assertThat(web.get(RLE + "/frames/3").status()).isEqualTo(404);
    }

    @Test
    void without_the_library_it_is_stored_and_forwarded_and_the_package_is_named() throws Exception {
        Part10File stored =
                Part10.read(new ByteArrayInputStream(web.get(JPEG_LS, "Accept", "application/dicom; transfer-syntax=*")
                        .bytes()));
        assertThat(stored.transferSyntax()).isEqualTo(Uid.JPEGLSLosslessImageCompression);
        for (String path : List.of(JPEG_LS, JPEG_LS + "/frames/1", ROOT)) {
            Reply refused = web.get(path);
            assertThat(refused.status()).as(path).isEqualTo(406);
            assertThat(refused.error())
                    .contains("1.7.1.1.2 is stored as JPEG-LS Lossless Image Compression")
                    .contains("install Debian's package libcharls2")
                    .contains("accept transfer-syntax=*");
        }
        Reply other = web.get(RLE, "Accept", DICOM + Uid.JPEGBaseline);
        assertThat(other.status()).isEqualTo(406);
        assertThat(other.error()).contains("is not transcoded");
    }

    @ParameterizedTest
    @ValueSource(strings = {Uid.ExplicitVRLittleEndian, Uid.ImplicitVRLittleEndian})
    void a_requestor_that_takes_only_uncompressed_gets_it_decoded(String syntax) throws IOException {
        Map<String, Dataset> got = new HashMap<>();
        RetrieveResult result;
        try (Association association = Association.open(AssociationRequest.retrieving(
                "127.0.0.1",
                gateway.dicomPort(),
                "MODALITY",
                "TOMOGRID",
                Uid.StudyRootQueryRetrieveInformationModelGET,
                List.of(new AssociationRequest.Syntax(Uid.CTImageStorage, syntax))))) {
            result = association.get(
                    Uid.StudyRootQueryRetrieveInformationModelGET,
                    new Dataset().put(Tag.QueryRetrieveLevel, "STUDY").put(Tag.StudyInstanceUID, "1.7.1"),
                    (store, data) -> {
                        assertThat(store.transferSyntax()).isEqualTo(syntax);
                        byte[] bytes = data.readAllBytes();
                        got.put(
                                store.sopInstanceUid(),
                                DatasetReader.read(new ByteArrayInputStream(bytes), syntax, ReadLimits.DEFAULT));
                        return DimseStatus.SUCCESS;
                    },
                    (left, completed, failed) -> true);
        }
        assertThat(got).containsOnlyKeys("1.7.1.1.1");
        TestSyntaxes.assertSame(got.get("1.7.1.1.1"), plain("1.7.1.1.1"));
        assertThat(result.failedInstances()).containsExactly("1.7.1.1.2");
        assertThat(result.status().comment()).isEqualTo("JPEG-LS Lossless Image Compression cannot be decoded");
    }

    @Test
    void all_of_a_series_come_as_stored() throws Exception {
        assertThat(web.get(ROOT, "Accept", DICOM + "*").parts()).hasSize(2);
    }
}
