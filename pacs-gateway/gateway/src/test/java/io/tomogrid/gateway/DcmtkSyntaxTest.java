package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Part10File;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.DimseStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DCMTK takes what is stored in transfer syntaxes that it was told not to take or not to prefer (QRY-06, DEL-03). */
@org.junit.jupiter.api.Tag("peer")
class DcmtkSyntaxTest {
    private static final List<String> OPTIONS = List.of("+xi", "+xe", "+xb", "+xd");

    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;
    private static Map<String, Dataset> stored;
    private static final List<Process> peers = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        Programs.assumeDcmtk("storescp", "getscu", "movescu");
        Map<String, Object> settings =
                new HashMap<>(Map.of("tomogrid.gateway.dicom.calling-allowed", "MODALITY,MOVESCU,GETSCU"));
        for (String option : OPTIONS) {
            int port = Programs.freePort();
            Path received = Files.createDirectory(folder.resolve(name(option)));
            peers.add(Programs.serve(
                    port,
                    folder.resolve(name(option) + ".log"),
                    "storescp",
                    option,
                    "-od",
                    received.toString(),
                    Integer.toString(port)));
            String prefix = "tomogrid.gateway.destinations[" + (peers.size() - 1) + "].";
            settings.put(prefix + "name", name(option));
            settings.put(prefix + "host", "127.0.0.1");
            settings.put(prefix + "port", Integer.toString(port));
            settings.put(prefix + "ae-title", name(option));
            settings.put(prefix + "results", Boolean.toString(option.equals("+xi")));
        }
        database = TestingDatabase.start();
        gateway = TestingGateway.start(folder.resolve("gateway"), database.fresh(), settings);
        stored = TestSyntaxes.storeOneInEach(gateway);
    }

    @AfterAll
    static void stop() throws Exception {
        if (gateway != null) {
            gateway.close();
            database.close();
        }
        for (Process peer : peers) {
            Programs.end(peer);
        }
    }

    private static String name(String option) {
        return option.substring(1).toUpperCase(java.util.Locale.ROOT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+xi", "+xe", "+xb", "+xd"})
    void storescp_gets_what_it_takes(String option) throws Exception {
        var moved = Programs.run(
                "movescu",
                "-d",
                "-aec",
                "TOMOGRID",
                "-aem",
                name(option),
                "-S",
                "-k",
                "QueryRetrieveLevel=STUDY",
                "-k",
                "StudyInstanceUID=1.7.4",
                "127.0.0.1",
                Integer.toString(gateway.dicomPort()));
        assertThat(moved.output()).contains("0xb000", "RLE Lossless cannot be decoded");
        List<String> syntaxes = received(folder.resolve(name(option)));
        if (option.equals("+xi")) {
            assertThat(syntaxes).containsOnly(Uid.ImplicitVRLittleEndian);
        } else if (option.equals("+xd")) {
            assertThat(syntaxes).containsExactlyInAnyOrderElementsOf(TestSyntaxes.UNCOMPRESSED);
        } else {
            assertThat(syntaxes).contains(Uid.ExplicitVRBigEndian).doesNotContain(Uid.DeflatedExplicitVRLittleEndian);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "+xe, " + Uid.ExplicitVRLittleEndian,
        "+xb, " + Uid.ExplicitVRBigEndian,
        "+xd, " + Uid.DeflatedExplicitVRLittleEndian
    })
    void getscu_gets_what_it_prefers(String option, String transferSyntax) throws Exception {
        Path got = Files.createDirectory(folder.resolve("got-" + name(option)));
        var ran = Programs.run(
                "getscu",
                option,
                "-aec",
                "TOMOGRID",
                "-S",
                "-od",
                got.toString(),
                "-k",
                "QueryRetrieveLevel=SERIES",
                "-k",
                "StudyInstanceUID=1.7.4",
                "-k",
                "SeriesInstanceUID=1.7.4.1",
                "127.0.0.1",
                Integer.toString(gateway.dicomPort()));
        assertThat(ran.exit()).as(ran.output()).isZero();
        assertThat(received(got)).containsOnly(transferSyntax);
    }

    /** QRY-06: the pixels, and all that is said of them, are those that DCMTK's own decoders make of the stored instance. */
    @ParameterizedTest
    @CsvSource({
        "1.7.9.1, dcmcrle, +ot, dcmdrle, XI",
        "1.7.9.2, dcmcjpeg, +e1, dcmdjpeg, XI",
        "1.7.9.3, dcmcjpls, +el, dcmdjpls, XE",
        "1.7.9.4, dcmcjpls, +en, dcmdjpls, XB"
    })
    void compressed_pixels_come_as_dcmtk_decodes_them(
            String series, String encoder, String how, String decoder, String destination) throws Exception {
        Programs.assumeDcmtk(encoder, decoder);
        Path work = Files.createDirectory(folder.resolve("of-" + series));
        Dataset image = TestImages.ct("1.7.9", series, series + ".1")
                .put(Tag.SamplesPerPixel, 1)
                .put(Tag.PhotometricInterpretation, "MONOCHROME2")
                .put(Tag.PixelRepresentation, 0)
                .put(Tag.BitsStored, 16)
                .put(Tag.HighBit, 15);
        try (OutputStream out = Files.newOutputStream(work.resolve("plain.dcm"))) {
            Part10.write(out, Uid.ExplicitVRLittleEndian, image);
        }
        String compressed = work.resolve("compressed.dcm").toString();
        run(encoder, how, work.resolve("plain.dcm").toString(), compressed);
        run(decoder, compressed, work.resolve("decoded.dcm").toString());
        Dataset expected = Part10.read(work.resolve("decoded.dcm")).dataset();
        Part10File source = Part10.read(Path.of(compressed));
        assertThat(expected.string(Tag.LossyImageCompression).orElse("00")).isEqualTo(how.equals("+en") ? "01" : "00");
        assertThat(gateway.store(source.dataset(), source.transferSyntax())).isEqualTo(DimseStatus.SUCCESS);

        Path got = Files.createDirectory(work.resolve("got"));
        String level = "QueryRetrieveLevel=SERIES";
        String of = "SeriesInstanceUID=" + series;
        String port = Integer.toString(gateway.dicomPort());
        List<String> query = List.of("-aec", "TOMOGRID", "-S", "-k", level, "-k", "StudyInstanceUID=1.7.9", "-k", of);
        run("getscu", query, "-od", got.toString(), "127.0.0.1", port);
        run("movescu", query, "-aem", destination, "127.0.0.1", port);
        for (Path to : List.of(got, folder.resolve(destination))) {
            try (var files = Files.list(to)) {
                Path file = files.filter(p -> p.toString()
                                .contains(expected.string(Tag.SOPInstanceUID).orElseThrow()))
                        .findFirst()
                        .orElseThrow();
                TestSyntaxes.assertSame(Part10.read(file).dataset(), expected);
            }
        }
    }

    private static void run(String program, List<String> options, String... others) throws Exception {
        run(Stream.of(Stream.of(program), options.stream(), Stream.of(others))
                .flatMap(words -> words)
                .toArray(String[]::new));
    }

    private static void run(String... command) throws Exception {
        var ran = Programs.run(command);
        assertThat(ran.exit())
                .as("%s: %s", String.join(" ", command), ran.output())
                .isZero();
    }

    /** DEL-03: a result that is stored in Explicit VR Little Endian goes to a PACS that takes implicit only. */
    @Test
    void a_result_is_delivered_in_the_syntax_that_is_taken() throws Exception {
        var manifest = TestResults.stage(folder.resolve("staging"), "job-s", "1.4.70", "1.9.70.1");
        gateway.put("/api/results/job-s", TestResults.json(manifest));
        var answer = gateway.await(
                "/api/results/job-s", a -> "SETTLED".equals(a.body().get("state")));
        assertThat(answer.list("objects").toString()).contains("ACCEPTED");
        try (var files = Files.list(folder.resolve("XI"))) {
            Path file = files.filter(p -> p.toString().endsWith("1.9.70.1"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Part10.read(file).transferSyntax()).isEqualTo(Uid.ImplicitVRLittleEndian);
        }
    }

    /** Compares each image with what was stored. @return the transfer syntaxes in which they came */
    private static List<String> received(Path from) throws IOException {
        List<String> syntaxes = new ArrayList<>();
        try (var files = Files.list(from)) {
            for (Path file : files.filter(p -> p.toString().contains("1.7.4")).toList()) {
                Part10File image = Part10.read(file);
                TestSyntaxes.assertSame(
                        image.dataset(),
                        stored.get(image.dataset().string(Tag.SOPInstanceUID).orElseThrow()));
                syntaxes.add(image.transferSyntax());
            }
        }
        assertThat(syntaxes).hasSize(4);
        return syntaxes;
    }
}
