package io.tomogrid.node.reconstruct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.object.ImageGrid;
import io.tomogrid.dicom.object.Lps;
import io.tomogrid.dicom.synthetic.SyntheticRaw;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.pet.PhantomScatter;
import io.tomogrid.engine.scatter.SingleScatter;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.ExampleScan;
import io.tomogrid.imaging.petsird.ModularScanner;
import io.tomogrid.imaging.petsird.PetsirdFormat;
import io.tomogrid.imaging.petsird.SimulatedCoincidences;
import io.tomogrid.node.send.StudyFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The image quality phantom measured by a scanner with time of flight: PETSIRD in Raw Data Storage, and the CT of its session. */
public final class PetsirdStudy {
    private static final double SENSITIVITY = 2.5e-8;
    private static final double RANDOMS = 0.25;
    private static final int CT_SIDE = 200;
    private static final double CT_PIXEL_MM = 2;
    private static final int CT_SLICES = 21;
    private static final double CT_SLICE_MM = 3;

    private PetsirdStudy() {}

    /** The CT's slices, and the raw data last. */
    public static List<Dataset> generate(long seed) {
        var scan = new SimulatedCoincidences(
                ModularScanner.EXAMPLE,
                ExampleScan.CENTRE,
                ExampleScan.DURATION_S,
                SENSITIVITY,
                SyntheticRaw.HALF_LIFE_S,
                SyntheticRaw.POSITRON_FRACTION,
                RANDOMS);
        var scatter = PhantomScatter.of(
                ModularScanner.EXAMPLE, ExampleScan.PHANTOM, SingleScatter.Sampling.USUAL, Parallel.onAllProcessors());
        Dataset raw = SyntheticRaw.of(
                seed,
                ExampleScan.DURATION_S,
                PetsirdFormat.NAME,
                PetsirdFormat.VERSION,
                scan.petsird(ExampleScan.PHANTOM, scatter, seed));
        Vec3 centre = ExampleScan.CENTRE;
        double side = (CT_SIDE - 1) * CT_PIXEL_MM / 2;
        ImageGrid grid = new ImageGrid(
                CT_SIDE,
                CT_SIDE,
                CT_SLICES,
                new Lps(centre.x() - side, centre.y() - side, centre.z() - (CT_SLICES - 1) * CT_SLICE_MM / 2),
                new Lps(CT_PIXEL_MM, 0, 0),
                new Lps(0, CT_PIXEL_MM, 0),
                new Lps(0, 0, CT_SLICE_MM));
        List<Dataset> study = new ArrayList<>(SyntheticRaw.ct(
                raw,
                grid,
                at -> ExampleScan.PHANTOM.body().contains(new Vec3(at.x(), at.y(), at.z()).minus(centre)) ? 0 : -1000));
        study.add(raw);
        return study;
    }

    /** Writes the study into a folder that is new or empty. */
    public static void generate(Path folder, long seed) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new IOException(folder + " is not empty: name a new folder for the generated acquisition");
            }
        }
        List<Dataset> study = generate(seed);
        for (int n = 0; n < study.size(); n++) {
            boolean raw = n == study.size() - 1;
            String name = raw ? "raw.dcm" : String.format(Locale.ROOT, "ct-%04d.dcm", n + 1);
            ProjectionFolder.write(folder.resolve(name), study.get(n));
        }
    }

    /** Whether a folder's files hold raw data of a PET. */
    public static boolean in(StudyFiles files) {
        return files.instances().stream()
                .anyMatch(i -> i.sopClassUid().equals(Uid.RawDataStorage)
                        && i.modality().equals("PT"));
    }
}
