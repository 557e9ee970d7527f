package io.tomogrid.dicom.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.SharedData;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** JSON of what scanners and toolkits wrote. */
class RealFilesJsonTest {
    private static final String[] FOLDERS = {"charset", "results", "enhanced", "transfer_syntax", "odd"};

    @Test
    void what_is_read_back_says_the_same() throws IOException {
        List<Path> files = SharedData.files(FOLDERS);
        assumeTrue(!files.isEmpty(), SharedData.WHY);
        int compared = 0;
        for (Path file : files) {
            Dataset dataset;
            try {
                dataset = Part10.read(file).dataset();
            } catch (DicomFormatException notDicom) {
                continue; // odd on purpose
            }
            byte[] json = json(dataset);
            Dataset again = DicomJsonReader.read(
                    new ByteArrayInputStream(json), DicomJsonReader.LIMITS, (tag, vr, uri) -> element(dataset, uri));
            assertThat(text(json(again))).as(file.getFileName().toString()).isEqualTo(text(json));
            for (Element element : again) {
                if (element.vr().kind() == VR.Kind.BINARY) {
                    assertThat(again.doubles(element.tag())).isEqualTo(dataset.doubles(element.tag()));
                }
            }
            compared++;
        }
        System.out.println(compared + " files");
        assertThat(compared).isGreaterThan(80);
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static byte[] json(Dataset dataset) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DicomJsonWriter.write(
                out,
                dataset,
                (path, element) ->
                        element instanceof Element.Value ? java.util.Optional.empty() : java.util.Optional.of(path));
        return out.toByteArray();
    }

    /** Follows a path such as 54000100/1/54001010. */
    private static Element element(Dataset dataset, String path) {
        String[] steps = path.split("/");
        Dataset at = dataset;
        for (int i = 0; i + 1 < steps.length; i += 2) {
            at = at.items(Integer.parseUnsignedInt(steps[i], 16)).get(Integer.parseInt(steps[i + 1]) - 1);
        }
        return at.get(Integer.parseUnsignedInt(steps[steps.length - 1], 16)).orElseThrow();
    }

    /** Seeded damage to documents: a data set or a DicomFormatException, nothing else. */
    @Test
    void damaged_documents_are_refused_cleanly() throws IOException {
        List<Path> files = SharedData.files("charset", "results");
        assumeTrue(!files.isEmpty(), SharedData.WHY);
        List<byte[]> documents = new ArrayList<>();
        for (Path file : files) {
            if (Files.size(file) < 40_000) {
                documents.add(json(Part10.read(file).dataset()));
            }
        }
        long seed = 20261124;
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = documents.get(random.nextInt(documents.size())).clone();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                bytes[random.nextInt(Math.min(bytes.length, 4000))] = (byte) random.nextInt(256);
            }
            int length = random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length;
            try {
                DicomJsonReader.read(new ByteArrayInputStream(bytes, 0, length));
            } catch (DicomFormatException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", mutation " + i, e);
            }
        }
    }

    /** DCMTK's document of a file and ours hold the same data set. */
    @Test
    @org.junit.jupiter.api.Tag("peer")
    void dcm2json_says_the_same() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/dcm2json")), "needs DCMTK (Debian package dcmtk)");
        List<Path> files =
                SharedData.files("results/sr_tid1500_headneck", "results/seg_liver", "results/parametric_map");
        assumeTrue(!files.isEmpty(), SharedData.WHY);
        for (Path file : files) {
            Process process = new ProcessBuilder("dcm2json", file.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            byte[] theirs;
            try (InputStream in = process.getInputStream()) {
                theirs = in.readAllBytes();
            }
            assertThat(process.waitFor()).isZero();
            Dataset ours = DicomJsonReader.read(
                    new ByteArrayInputStream(json(Part10.read(file).dataset())));
            assertThat(DicomJsonWriter.toJson(comparable(DicomJsonReader.read(new ByteArrayInputStream(theirs)))))
                    .as(file.getFileName().toString())
                    .isEqualTo(DicomJsonWriter.toJson(comparable(ours)));
        }
    }

    /** DCMTK 3.6.7 is an ulp off in FD, so floats are compared, and it names UTF-8 where a file names nothing. */
    private static Dataset comparable(Dataset dataset) {
        Dataset result = new Dataset();
        for (Element element : dataset) {
            if (element instanceof Element.Items items) {
                result.putItems(
                        items.tag(),
                        items.items().stream()
                                .map(RealFilesJsonTest::comparable)
                                .toList());
            } else if (element.vr() == VR.FD) {
                double[] values = dataset.doubles(element.tag());
                ByteBuffer floats = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
                for (double value : values) {
                    floats.putFloat((float) value);
                }
                result.putBytes(element.tag(), VR.FL, floats.array());
            } else {
                result.put(element);
            }
        }
        return result.remove(Tag.SpecificCharacterSet);
    }
}
