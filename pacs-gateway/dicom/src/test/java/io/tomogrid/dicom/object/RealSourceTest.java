package io.tomogrid.dicom.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.SharedData;
import io.tomogrid.dicom.Tag;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The same on a PET that a scanner made, with all that a scanner leaves out or writes twice. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealSourceTest {
    private final List<Dataset> slices = new ArrayList<>();
    private final Map<String, Dataset> objects = new TreeMap<>();

    @TempDir
    Path folder;

    @BeforeAll
    void encode() throws IOException {
        List<Path> files = SharedData.files("petct_sts001/PT_wholebody_bqml");
        assumeTrue(!files.isEmpty(), SharedData.WHY);
        for (Path file : files) {
            slices.add(Part10.read(file).dataset());
        }
        slices.sort(Comparator.comparingDouble(s -> s.doubles(Tag.ImagePositionPatient)[2]));
        double[] first = slices.get(0).doubles(Tag.ImagePositionPatient);
        double dz = slices.get(1).doubles(Tag.ImagePositionPatient)[2] - first[2];
        double[] spacing = slices.get(0).doubles(Tag.PixelSpacing);
        ImageGrid grid = new ImageGrid(
                slices.get(0).intValue(Tag.Columns).orElseThrow(),
                slices.get(0).intValue(Tag.Rows).orElseThrow(),
                slices.size(),
                new Lps(first[0], first[1], first[2]),
                new Lps(spacing[1], 0, 0),
                new Lps(0, spacing[0], 0),
                new Lps(0, 0, dz));
        ResultUids uids = ResultUids.ofJob("real");
        ResultContext context = new ResultContext(
                new PetSource(slices, grid),
                List.of(),
                uids,
                Instant.parse("2026-01-15T11:30:00Z"),
                new Equipment("Tomogrid", "Tomogrid", "node-1", "0.1.0"),
                Algorithm.model("suv-threshold", "1.0.0", "sha256:00"),
                List.of());
        ResultSeries series = new ResultSeries(uids.uid("series"), 900, "Result");
        Segment lesion = Segment.lesion(1, uids);
        int[] labels = new int[grid.pixelsPerSlice() * grid.slices()];
        labels[labels.length / 2] = 1;
        List<LesionMeasurements> measured =
                List.of(new LesionMeasurements(lesion, 3, 2, OptionalDouble.empty(), 0.07, 0.14));
        List<LesionMark> marks = LesionMark.of(grid, labels, 1);
        objects.put("seg", SegmentationEncoder.encode(context, series, labels, List.of(lesion)));
        objects.put("rwvm", RealWorldValueEncoder.encode(context, series, 2.4e-4));
        objects.put(
                "sr",
                MeasurementReportEncoder.encode(
                        context, series, measured, Optional.of(objects.get("seg")), objects.get("rwvm")));
        double[] suv = new double[slices.size()];
        Arrays.fill(suv, 2.4e-4);
        objects.put(
                "seg-fractional",
                SegmentationEncoder.fractional(context, series, labels, new float[labels.length], List.of(lesion)));
        objects.put("gsps", PresentationStateEncoder.encode(context, series, marks, measured, suv));
        objects.put("kos", KeyObjectEncoder.encode(context, series, marks, objects.get("gsps")));
        objects.put(
                "pdf",
                EncapsulatedPdfEncoder.encode(
                        context, series, new byte[] {'%', 'P', 'D', 'F', '-'}, objects.get("sr")));
        objects.put(
                "mip-grey",
                MipRotationEncoder.grey(
                        context,
                        series,
                        new MipRotation(2, 2, 4, 90, 100),
                        new MipRotationEncoder.GreyScale(1000, 5, 10),
                        List.of(new short[4], new short[4])));
        objects.put(
                "pet-on-ct",
                ResampledPetEncoder.encode(context, series, grid, k -> new float[grid.pixelsPerSlice()])
                        .skip(100)
                        .findFirst()
                        .orElseThrow());
    }

    @Test
    void each_slope_has_its_item() {
        assertThat(objects.get("rwvm").items(Tag.ReferencedImageRealWorldValueMappingSequence))
                .hasSize((int) slices.stream()
                        .map(s -> s.doubleValue(Tag.RescaleSlope))
                        .distinct()
                        .count());
    }

    @Test
    @org.junit.jupiter.api.Tag("peer")
    void dciodvfy_finds_no_error() throws Exception {
        Dciodvfy.assumeInstalled();
        for (Map.Entry<String, Dataset> object : objects.entrySet()) {
            assertThat(Dciodvfy.errors(folder.resolve(object.getKey()), object.getValue()))
                    .as(object.getKey())
                    .isEmpty();
        }
    }
}
