package io.tomogrid.sparkjob.osem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.engine.Parallel;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.sparkjob.Protocols;
import io.tomogrid.sparkjob.petct.ProtocolFailure;
import io.tomogrid.sparkjob.petct.TestArchive;
import io.tomogrid.sparkjob.petct.TestTask;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** REC-31: list-mode PETSIRD in Raw Data Storage becomes a PET series. */
class PetsirdTest {
    private static final double BQ_ML = 8000;

    @TempDir
    Path temp;

    private TaskOutcome run(List<Dataset> instances, String folder, int threads) throws IOException {
        return run(instances, folder, new PetOsem(new Parallel(threads)));
    }

    private TaskOutcome run(List<Dataset> instances, String folder, PetOsem protocol) throws IOException {
        try (TestArchive archive = new TestArchive(temp.resolve(folder).resolve("archive"))) {
            for (Dataset instance : instances) {
                archive.add(instance, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
            }
            return protocol.run(
                    TestTask.task(
                            archive.complete(),
                            archive.root(),
                            temp.resolve(folder).resolve("staging"),
                            "",
                            true),
                    stage -> {});
        }
    }

    @Test
    void coincidences_come_back_in_bq_per_ml_whatever_the_threads() throws Exception {
        List<Dataset> study = ListModeStudy.study(ListModeStudy.payload(0.4));
        var succeeded = succeeded(run(study, "a", 2));
        List<ResultObject> objects = succeeded.manifest().objects();
        assertThat(objects).hasSize(7).allMatch(object -> object.kind().equals("PET"));
        double sum = 0;
        for (int k = 1; k < 6; k++) {
            Dataset slice = read("a", objects.get(k));
            assertThat(slice.strings(Tag.CorrectedImage)).containsExactly("DECY", "ATTN", "SCAT", "RAN", "NORM");
            assertThat(slice.string(Tag.RandomsCorrectionMethod)).contains("DLYD");
            assertThat(slice.string(Tag.ReconstructionMethod)).contains("TOF list-mode OSEM 4i4s");
            assertThat(slice.doubles(Tag.ImagePositionPatient)[2])
                    .isCloseTo(ListModeStudy.CENTRE.z() + (k - 3) * 4, within(1e-3));
            assertThat(mean(slice, 80, 95)).as("slice %d, outside", k).isLessThan(0.04 * BQ_ML);
            sum += mean(slice, 0, 50);
        }
        assertThat(sum / 5).isCloseTo(BQ_ML, within(0.04 * BQ_ML));
        var other = succeeded(run(study, "b", 3));
        assertThat(other.manifest().objects()).isEqualTo(objects);
    }

    @Test
    void what_was_not_measured_is_not_listed() throws Exception {
        byte[] without = ListModeStudy.payload(0);
        List<Dataset> study = ListModeStudy.study(without);
        var succeeded = succeeded(run(study, "a", 2));
        Dataset slice = read("a", succeeded.manifest().objects().get(3));
        // delayed coincidences were recorded, and there were none: that is known
        assertThat(slice.strings(Tag.CorrectedImage)).contains("RAN").doesNotContain("DTIM");
    }

    /** REC-33: resolution and prior by the protocol's name, which the results give. */
    @ParameterizedTest
    @CsvSource({
        "PSF, pet-osem-psf, TOF list-mode OSEM 6i4s PSF 5.4 mm",
        "MAP, pet-map, TOF list-mode RDP-MAP BSREM 8i4s"
    })
    void recipes_have_names(Recipe recipe, String name, String method) throws Exception {
        assertThat(Protocols.named(name)).isInstanceOf(PetOsem.class);
        var succeeded = succeeded(
                run(ListModeStudy.study(ListModeStudy.payload(0.4)), "a", new PetOsem(recipe, new Parallel(2))));
        double sum = 0;
        for (int k = 1; k < 6; k++) {
            Dataset slice = read("a", succeeded.manifest().objects().get(k));
            assertThat(slice.string(Tag.ReconstructionMethod)).contains(method);
            sum += mean(slice, 0, 50);
        }
        assertThat(sum / 5).isCloseTo(BQ_ML, within(0.05 * BQ_ML));
        assertThat(succeeded.findings().provenance().toString()).contains(method, name);
    }

    @Test
    void what_no_memory_holds_is_refused_with_its_size() {
        var scanner = new CylindricalScanner(504, 330, 64, 4, 344, AxialSegment.michelogram(64, 11, 11));
        assertThatThrownBy(() -> Recipe.grid("raw data 1.2.3", scanner, 21, 1_000_000_000L))
                .isInstanceOf(ProtocolFailure.class)
                .hasMessageContaining("raw data 1.2.3")
                .hasMessageContaining("GB of memory, this executor has 1.0 GB");
        var absurd = new CylindricalScanner(4096, 1, 2048, 0.05, 4095, List.of(new AxialSegment(1, 0)));
        assertThatThrownBy(() -> Recipe.grid("raw data 1.2.3", absurd, 21, Long.MAX_VALUE))
                .isInstanceOf(ProtocolFailure.class)
                .hasMessageContaining("fewer than 2^31 voxels");
    }

    @org.junit.jupiter.api.Tag("peer")
    @Test
    void the_series_conforms_to_its_iod() throws Exception {
        assumeTrue(
                Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .anyMatch(dir -> Files.isExecutable(Path.of(dir, "dciodvfy"))),
                "dciodvfy (dicom3tools) is not installed");
        var succeeded = succeeded(run(ListModeStudy.study(ListModeStudy.payload(0.2)), "a", 2));
        Path file = temp.resolve("a/staging")
                .resolve(succeeded.manifest().objects().get(0).file());
        Process process = new ProcessBuilder("dciodvfy", file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said).contains("PETImage").doesNotContain("Error");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cut      | PETSIRD: cut off at byte
            other    | PETSIRD: the bytes do not begin as a yardl stream
            position | the patient position is FFS, whose gantry coordinates are read for HFS only
            ct       | has no attenuation factors and the study no CT
            """)
    void bad_input_is_named(String fault, String reason) throws Exception {
        byte[] payload = ListModeStudy.payload(0);
        List<Dataset> study = ListModeStudy.study(
                switch (fault) {
                    case "cut" -> Arrays.copyOf(payload, payload.length / 2);
                    case "other" -> new byte[100];
                    default -> payload;
                });
        if (fault.equals("position")) {
            study.get(study.size() - 1).put(Tag.PatientPosition, "FFS");
        }
        var failed = (TaskOutcome.Failed)
                run(fault.equals("ct") ? study.subList(study.size() - 1, study.size()) : study, "a", 2);
        assertThat(failed.remedy()).isEqualTo(TaskOutcome.Remedy.FIX_INPUT);
        assertThat(failed.reason()).contains(reason).doesNotContain("PHANTOM");
    }

    private static TaskOutcome.Succeeded succeeded(TaskOutcome outcome) {
        assertThat(outcome).as("%s", outcome).isInstanceOf(TaskOutcome.Succeeded.class);
        return (TaskOutcome.Succeeded) outcome;
    }

    private Dataset read(String folder, ResultObject object) throws IOException {
        return Part10.read(temp.resolve(folder).resolve("staging").resolve(object.file()))
                .dataset();
    }

    /** Mean of the pixels whose distance from the scanner's axis is in a range, mm. */
    static double mean(Dataset slice, double from, double to) {
        double slope = slice.doubleValue(Tag.RescaleSlope).orElseThrow();
        double spacing = slice.doubles(Tag.PixelSpacing)[0];
        double[] position = slice.doubles(Tag.ImagePositionPatient);
        int columns = slice.intValue(Tag.Columns).orElseThrow();
        ByteBuffer pixels =
                ByteBuffer.wrap(slice.bytes(Tag.PixelData).orElseThrow()).order(ByteOrder.LITTLE_ENDIAN);
        List<Double> values = new ArrayList<>();
        for (int at = 0; pixels.hasRemaining(); at++) {
            double value = pixels.getShort() * slope;
            double r = Math.hypot(
                    position[0] + at % columns * spacing - ListModeStudy.CENTRE.x(),
                    position[1] + at / columns * spacing - ListModeStudy.CENTRE.y());
            if (r >= from && r < to) {
                values.add(value);
            }
        }
        return values.stream().mapToDouble(v -> v).average().orElseThrow();
    }
}
