package io.tomogrid.sparkjob.petct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Uid;
import io.tomogrid.engine.Parallel;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.suv.SuvBodyWeight;
import io.tomogrid.imaging.suv.SuvFactors;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PRC-03 against an independent computation: the whole-body PET of patient STS_001 (Soft-tissue-Sarcoma, TCIA, CC BY 3.0;
 * Bq/ml, another slope on each of 267 slices) must give the SUVs that IBSI published for the same scan.
 */
class SoftTissueSarcomaTest {
    private static final int OFFSET_X = 59;
    private static final int OFFSET_Y = 45;
    private static final String WHY = "needs the folder of real DICOM files (TOMOGRID_DATA or ../shared/data)";

    @TempDir
    Path temp;

    private Path patient;

    @BeforeEach
    void find() {
        String configured = System.getenv("TOMOGRID_DATA");
        Path data = configured != null
                ? Path.of(configured)
                : Path.of(System.getProperty("tomogrid.root", "."), "..", "shared", "data");
        patient = data.resolve("dicom/petct_sts001");
        assumeTrue(Files.isDirectory(patient), WHY);
    }

    @Test
    void suv_equals_what_ibsi_published_for_the_same_scan() throws Exception {
        Volume ours = suv("PT_wholebody_bqml");
        Volume theirs = suv("PT_cropped_suv_gml");
        GridSize size = theirs.geometry().size();
        assertThat(max(ours)).isCloseTo(66.52f, within(0.01f));
        // the two series name their slices' places alike to a hundredth of a millimetre
        Vec3 first = ours.geometry().toVoxel(theirs.geometry().origin());
        int offsetZ = (int) Math.rint(first.z());
        double worst = 0;
        double sum = 0;
        for (int k = 0; k < size.nz(); k++) {
            for (int j = 0; j < size.ny(); j++) {
                for (int i = 0; i < size.nx(); i++) {
                    double difference = Math.abs(ours.at(i + OFFSET_X, j + OFFSET_Y, k + offsetZ) - theirs.at(i, j, k));
                    worst = Math.max(worst, difference);
                    sum += theirs.at(i, j, k);
                }
            }
        }
        assertThat(first.x()).isCloseTo(OFFSET_X, within(1e-6));
        assertThat(first.y()).isCloseTo(OFFSET_Y, within(1e-6));
        assertThat(sum / size.voxels()).isGreaterThan(0.1);
        System.out.println("largest difference to IBSI over " + size.voxels() + " voxels: " + worst + " SUV");
        assertThat(worst).isLessThan(8e-4);
    }

    @Test
    void the_whole_study_goes_through() throws Exception {
        try (TestArchive archive = new TestArchive(temp.resolve("archive"));
                TestModelService service = new TestModelService()) {
            for (String folder : List.of("PT_cropped_suv_gml", "CT_cropped", "PT_wholebody_bqml")) {
                archive.addFolder(patient.resolve(folder));
            }
            TaskOutcome outcome = TestTask.run(archive, temp.resolve("staging"), service.url(), 2, new ArrayList<>());
            assertThat(outcome).isInstanceOf(TaskOutcome.Succeeded.class);
            var succeeded = (TaskOutcome.Succeeded) outcome;
            assertThat(succeeded.findings().suvMax()).isCloseTo(66.52, within(0.01));
            assertThat(succeeded.findings().lesions()).isNotEmpty();
            assertThat(succeeded.findings().derivation()).anyMatch(s -> s.contains("2^(−2711 s / 6588 s)"));
            assertThat(succeeded.findings().notes())
                    .anyMatch(n -> n.contains("another PET has as many slices or more"));
            assertThat(succeeded.manifest().objects())
                    .extracting(ResultObject::sopClassUid)
                    .contains(Uid.SegmentationStorage, Uid.Comprehensive3DSRStorage);
        }
    }

    private Volume suv(String folder) throws IOException, ProtocolFailure {
        try (TestArchive archive = new TestArchive(temp.resolve(folder))) {
            archive.addFolder(patient.resolve(folder));
            SeriesRef series = archive.complete().series().get(0);
            try (SegmentReader reader = SegmentReader.open(URI.create(archive.root()))) {
                var images = new ArchivedSeries(reader, new Parallel(2)).images(series);
                SourceSeries source = SourceSeries.of(series, images, "{rescaled}", 0);
                SuvFactors factors = SuvBodyWeight.factors(PetQuantities.of(source.headers()));
                assertThat(factors).isInstanceOf(SuvFactors.Computed.class);
                return ((SuvFactors.Computed) factors).apply(source.assembled().volume());
            }
        }
    }

    private static float max(Volume volume) {
        float max = 0;
        for (float value : volume.voxels()) {
            max = Math.max(max, value);
        }
        return max;
    }
}
