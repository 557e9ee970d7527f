package io.tomogrid.sparkjob.petct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.codec.CodecStatus;
import io.tomogrid.codec.PixelDecoder;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Part10File;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.synthetic.SyntheticStudy;
import io.tomogrid.engine.Parallel;
import io.tomogrid.gateway.contract.SeriesRef;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A study that DCMTK compressed is processed to the same bytes as its uncompressed twin (COD-01, COD-02). */
@org.junit.jupiter.api.Tag("peer")
class CompressedStudyTest {
    @TempDir
    Path temp;

    @BeforeEach
    void dcmtk() {
        assumeTrue(
                List.of("dcmcrle", "dcmcjpeg", "dcmcjpls").stream()
                        .allMatch(p -> Files.isExecutable(Path.of("/usr/bin", p))),
                "needs DCMTK (Debian package dcmtk)");
        for (CodecStatus codec : new PixelDecoder().codecs()) {
            assumeTrue(codec.present(), codec.formats() + " needs Debian's package " + codec.debianPackage());
        }
    }

    @ParameterizedTest
    @CsvSource({"dcmcrle, dcmcjpeg +e1", "dcmcjpeg +el +sv 6, dcmcrle", "dcmcjpls +el, dcmcjpls +el"})
    void results_are_the_same_but_for_the_hashes_of_the_inputs(String pet, String ct) throws Exception {
        TaskOutcome.Succeeded plain = process("plain", "", "");
        TaskOutcome.Succeeded compressed = process("compressed", pet, ct);
        assertThat(TestTask.contents(temp.resolve("compressed/staging"), compressed))
                .isEqualTo(TestTask.contents(temp.resolve("plain/staging"), plain));
        assertThat(compressed.findings().lesions()).isEqualTo(plain.findings().lesions());
        assertThat(compressed.findings().notes()).isEqualTo(plain.findings().notes());
    }

    @Test
    void loss_is_noted_in_the_results_and_in_the_findings() throws Exception {
        TaskOutcome.Succeeded lossy = process("lossy", "dcmcjpls +en +md 1 +un", "");
        assertThat(lossy.findings().notes())
                .anyMatch(note -> note.startsWith("PT series " + TestStudy.PET_SERIES)
                        && note.contains("compressed with loss (ISO_14495_1, ratio "));
        for (String result : List.of("pet-0001.dcm", "seg-0001.dcm", "mip-0001.dcm", "mip-0002.dcm")) {
            Dataset dataset =
                    Part10.read(temp.resolve("lossy/staging").resolve(result)).dataset();
            assertThat(dataset.string(Tag.LossyImageCompression)).as(result).contains("01");
            assertThat(dataset.string(Tag.LossyImageCompressionMethod))
                    .as(result)
                    .contains("ISO_14495_1");
            assertThat(dataset.doubleValue(Tag.LossyImageCompressionRatio).orElse(0))
                    .as(result)
                    .isGreaterThan(1);
        }
    }

    /** All voxels of the demo's study, whose CT is signed. */
    @Test
    void every_voxel_of_the_demo_study_is_the_same() throws Exception {
        SyntheticStudy study = SyntheticStudy.of(20261124);
        try (TestArchive plain = new TestArchive(temp.resolve("plain"));
                TestArchive compressed = new TestArchive(temp.resolve("compressed"))) {
            int n = 0;
            for (Dataset image : study) {
                if (n++ % 5 != 0) {
                    continue;
                }
                plain.add(image, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
                Part10File file = compressed(image, n % 10 < 5 ? "dcmcjpeg +e1" : "dcmcjpls +el");
                compressed.add(file.dataset(), file.transferSyntax(), file.transferSyntax());
            }
            List<StoredImage> expected = images(plain);
            List<StoredImage> got = images(compressed);
            assertThat(got).hasSameSizeAs(expected).hasSizeGreaterThan(70);
            for (int i = 0; i < got.size(); i++) {
                assertThat(got.get(i).slice().pixels())
                        .usingRecursiveComparison()
                        .isEqualTo(expected.get(i).slice().pixels());
            }
        }
    }

    private static List<StoredImage> images(TestArchive archive) throws Exception {
        List<StoredImage> images = new ArrayList<>();
        try (SegmentReader reader = SegmentReader.open(URI.create(archive.root()))) {
            for (SeriesRef series : archive.complete().series()) {
                images.addAll(new ArchivedSeries(reader, new Parallel(2)).images(series));
            }
        }
        return images;
    }

    /** @param pet command that compresses a file, or empty */
    private TaskOutcome.Succeeded process(String name, String pet, String ct) throws Exception {
        Path folder = Files.createDirectories(temp.resolve(name));
        try (TestArchive archive = new TestArchive(folder.resolve("archive"));
                TestModelService service = new TestModelService()) {
            for (Dataset image : TestStudy.pet()) {
                add(archive, image, pet);
            }
            for (Dataset image : TestStudy.ct()) {
                add(archive, image, ct);
            }
            // the manifest names the folder: both must be of one name
            Path staging = temp.resolve("staging");
            TaskOutcome outcome = TestTask.run(archive, staging, service.url(), 2, new ArrayList<>());
            assertThat(outcome).isInstanceOf(TaskOutcome.Succeeded.class);
            Files.move(staging, folder.resolve("staging"));
            return (TaskOutcome.Succeeded) outcome;
        }
    }

    private void add(TestArchive archive, Dataset image, String command) throws Exception {
        if (command.isEmpty()) {
            archive.add(image, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
            return;
        }
        Part10File file = compressed(image, command);
        archive.add(file.dataset(), file.transferSyntax(), file.transferSyntax());
    }

    private Part10File compressed(Dataset image, String command) throws IOException, InterruptedException {
        Path plain = temp.resolve("plain.dcm");
        try (OutputStream out = Files.newOutputStream(plain)) {
            Part10.write(out, Uid.ExplicitVRLittleEndian, image);
        }
        Path compressed = temp.resolve("compressed.dcm");
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.add(plain.toString());
        words.add(compressed.toString());
        Process process = new ProcessBuilder(words).inheritIO().start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(command).isZero();
        Part10File file = Part10.read(compressed);
        assertThat(file.transferSyntax()).isNotEqualTo(Uid.ExplicitVRLittleEndian);
        return file;
    }
}
