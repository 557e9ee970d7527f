package io.tomogrid.sparkjob.petct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.engine.Parallel;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.imaging.suv.SuvBodyWeight;
import io.tomogrid.imaging.suv.SuvFactors;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PRC-03 on the files of the manual's 17 digital reference objects (github.com/oncoray/suv_computation, CC BY 4.0), which
 * hold 0.2, 1 and 4 SUV. {@code TOMOGRID_SUV_DRO} names the folder {@code DRO} of a copy of that repository.
 */
class SuvReferenceFilesTest {
    @TempDir
    Path temp;

    @Test
    void every_object_comes_out_at_the_values_that_it_was_made_of() throws Exception {
        String folder = System.getenv("TOMOGRID_SUV_DRO");
        assumeTrue(folder != null, "needs the SUV reference objects (TOMOGRID_SUV_DRO)");
        List<Path> cases;
        try (Stream<Path> all = Files.list(Path.of(folder))) {
            cases = all.filter(Files::isDirectory).sorted().toList();
        }
        assertThat(cases).hasSize(17);
        for (Path object : cases) {
            String name = object.getFileName().toString();
            float[] suv = suv(object.resolve("PT"), name);
            float[] inside = new float[suv.length];
            int n = 0;
            for (float value : suv) {
                if (value != 0) {
                    inside[n++] = value;
                }
            }
            inside = Arrays.copyOf(inside, n);
            Arrays.sort(inside);
            // 2_3 stores whole hundredths of cm2/ml, which are steps of 0.038 g/ml
            double tolerance = name.equals("DRO_2_3") ? 0.038 : 0.005;
            assertThat(inside[0]).as(name).isCloseTo(0.2f, within((float) tolerance));
            assertThat(inside[n / 2]).as(name).isCloseTo(1f, within((float) tolerance));
            assertThat(inside[n - 1]).as(name).isCloseTo(4f, within((float) tolerance));
        }
    }

    private float[] suv(Path files, String name) throws Exception {
        try (TestArchive archive = new TestArchive(temp.resolve(name))) {
            archive.addFolder(files);
            SeriesRef series = archive.complete().series().get(0);
            try (SegmentReader reader = SegmentReader.open(URI.create(archive.root()))) {
                var images = new ArchivedSeries(reader, new Parallel(2)).images(series);
                SourceSeries source = SourceSeries.of(series, images, "{rescaled}", 0);
                SuvFactors factors = SuvBodyWeight.factors(PetQuantities.of(source.headers()));
                assertThat(factors).as(name).isInstanceOf(SuvFactors.Computed.class);
                return ((SuvFactors.Computed) factors)
                        .apply(source.assembled().volume())
                        .voxels();
            }
        }
    }
}
