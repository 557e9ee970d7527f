package io.tomogrid.gateway;

import static io.tomogrid.gateway.DicomwebStudies.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import io.tomogrid.gateway.WebClient.Reply;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** STOW-RS over real HTTP: what is stored, what is refused and why. */
class StowTest {
    @TempDir
    static Path folder;

    private static DicomwebStudies studies;
    private static TestingGateway gateway;
    private static WebClient web;

    @BeforeAll
    static void start() throws Exception {
        studies = DicomwebStudies.start(folder, Map.of("tomogrid.gateway.dicomweb.stow-limit", LIMIT + "B"));
        gateway = studies.gateway();
        web = studies.web();
    }

    @AfterAll
    static void stop() throws IOException {
        studies.close();
    }

    private static final int LIMIT = 300_000;

    private static final String STOW = "multipart/related; type=\"application/dicom\"; boundary=frontier";

    private static byte[] file(Dataset dataset) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Part10.write(out, Uid.ExplicitVRLittleEndian, dataset);
        return out.toByteArray();
    }

    private static byte[] body(String boundary, byte[]... files) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] file : files) {
            out.writeBytes(("\r\n--" + boundary + "\r\nContent-Type: application/dicom\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(file);
        }
        out.writeBytes(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    private static Dataset answer(Reply reply) throws IOException {
        return io.tomogrid.dicom.json.DicomJsonReader.read(new ByteArrayInputStream(reply.bytes()));
    }

    /** WEB-03: stored ones come back the same to the bit, again they are no conflict. */
    @Test
    void instances_are_stored() throws Exception {
        Dataset one = TestImages.ct("1.6.1", "1.6.1.1", "1.6.1.1.1");
        Dataset two = TestImages.ct("1.6.1", "1.6.1.1", "1.6.1.1.2");
        for (int time = 0; time < 2; time++) {
            Reply reply = web.post(ROOT + "/studies", body("frontier", file(one), file(two)), "Content-Type", STOW);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(answer(reply).items(Tag.ReferencedSOPSequence))
                    .extracting(d -> d.string(Tag.ReferencedSOPInstanceUID).orElse(""))
                    .containsExactly("1.6.1.1.1", "1.6.1.1.2");
            assertThat(answer(reply).contains(Tag.FailedSOPSequence)).isFalse();
        }
        String path = ROOT + "/studies/1.6.1/series/1.6.1.1/instances/1.6.1.1.2";
        byte[] back = web.get(path, "Accept", "application/dicom").bytes();
        assertThat(Part10.read(new ByteArrayInputStream(back)).dataset()).isEqualTo(two);
        assertThat(gateway.get("/api/studies/1.6.1").body()).containsEntry("instances", 2);
    }

    /** WEB-03: each one has its own reason; the good ones are kept. */
    @Test
    void what_is_refused_has_a_reason_and_does_not_keep_the_others_out() throws Exception {
        Dataset good = TestImages.ct("1.6.2", "1.6.2.1", "1.6.2.1.1");
        Dataset otherStudy = TestImages.ct("1.6.3", "1.6.3.1", "1.6.3.1.1");
        Dataset conflict = TestImages.ct("1.6.2", "1.6.2.1", "1.6.2.1.1", 99);
        byte[] whole = file(TestImages.ct("1.6.2", "1.6.2.1", "1.6.2.1.9"));
        byte[] truncated = Arrays.copyOf(whole, whole.length - 100);
        Reply reply = web.post(
                ROOT + "/studies/1.6.2",
                body(
                        "frontier",
                        file(good),
                        file(otherStudy),
                        file(conflict),
                        truncated,
                        "no DICOM".getBytes(StandardCharsets.US_ASCII)),
                "Content-Type",
                STOW);
        assertThat(reply.status()).isEqualTo(202);
        Dataset answer = answer(reply);
        assertThat(answer.items(Tag.ReferencedSOPSequence)).hasSize(1);
        assertThat(answer.items(Tag.FailedSOPSequence))
                .extracting(d -> d.intValue(Tag.FailureReason).orElse(0))
                .containsExactly(0xA900, 0x0111, 0xC000, 0xC000);
        assertThat(reply.response().headers().allValues("Warning"))
                .hasSize(4)
                .anySatisfy(w -> assertThat(w).contains("1.6.2.1.9").contains("truncated"));
        assertThat(gateway.get("/api/studies/1.6.3").status()).isEqualTo(404);
        assertThat(web.post(ROOT + "/studies/1.6.2", body("frontier", file(otherStudy)), "Content-Type", STOW)
                        .status())
                .isEqualTo(409);
    }

    /** WEB-03: bodies that are none. */
    @Test
    void a_malformed_body_is_a_clear_refusal() throws Exception {
        byte[] body = body("frontier", file(TestImages.ct("1.6.4", "1.6.4.1", "1.6.4.1.1")));
        Reply wrong = web.post(
                ROOT + "/studies",
                body,
                "Content-Type",
                "multipart/related; type=\"application/dicom\"; boundary=other");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.error()).contains("boundary");
        Reply cut = web.post(ROOT + "/studies", Arrays.copyOf(body, body.length - 20), "Content-Type", STOW);
        assertThat(cut.status()).isEqualTo(400);
        assertThat(cut.error()).contains("breaks off").contains("0 instances");
        assertThat(gateway.get("/api/studies/1.6.4").status()).isEqualTo(404);
        assertThat(web.post(ROOT + "/studies", body, "Content-Type", "multipart/related; type=\"application/dicom\"")
                        .status())
                .isEqualTo(400);
        assertThat(web.post(ROOT + "/studies", body, "Content-Type", "application/dicom")
                        .status())
                .isEqualTo(415);
        assertThat(web.post(
                                ROOT + "/studies",
                                body,
                                "Content-Type",
                                "multipart/related; type=\"application/dicom+json\"; boundary=frontier")
                        .status())
                .isEqualTo(415);
        assertThat(web.post(ROOT + "/studies", "--frontier--".getBytes(StandardCharsets.US_ASCII), "Content-Type", STOW)
                        .status())
                .isEqualTo(400);
        assertThat(web.post(ROOT + "/studies", new byte[0], "Content-Type", STOW)
                        .status())
                .isEqualTo(400);
    }

    /** WEB-03: told in advance, nothing is read. */
    @Test
    void a_request_that_says_it_is_too_long_is_refused_before_anything_is_stored() throws Exception {
        byte[] body = body("frontier", file(large("1.6.5", 1)), file(large("1.6.5", 2)));
        assertThat(body.length).isGreaterThan(LIMIT);
        Reply reply = web.post(ROOT + "/studies", body, "Content-Type", STOW);
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.error())
                .contains("" + LIMIT)
                .contains("tomogrid.gateway.dicomweb.stow-limit")
                .contains("nothing was stored");
        assertThat(gateway.get("/api/studies/1.6.5").status()).isEqualTo(404);
    }

    /** WEB-03: whole instances before the limit stay, the one that was being read does not. */
    @Test
    void a_stream_that_turns_out_too_long_keeps_what_it_says() throws Exception {
        byte[] body = body("frontier", file(large("1.6.6", 1)), file(large("1.6.6", 2)));
        Reply reply = web.postInChunks(ROOT + "/studies", body, "Content-Type", STOW);
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.error()).contains("1 instances before were stored");
        assertThat(gateway.get("/api/studies/1.6.6").body()).containsEntry("instances", 1);
        assertThat(gateway.get("/api/quarantine").list("quarantine")).isEmpty();
        for (int number = 1; number <= 2; number++) {
            Reply again = web.postInChunks(
                    ROOT + "/studies", body("frontier", file(large("1.6.6", number))), "Content-Type", STOW);
            assertThat(again.status()).as("alone, number %d", number).isEqualTo(200);
        }
        assertThat(gateway.get("/api/studies/1.6.6").body()).containsEntry("instances", 2);
    }

    /** Two of them are too much for one request. */
    private static Dataset large(String study, int number) {
        return TestImages.ct(study, study + ".1", study + ".1." + number)
                .putBytes(Tag.PixelData, VR.OW, new byte[LIMIT * 2 / 3]);
    }
}
