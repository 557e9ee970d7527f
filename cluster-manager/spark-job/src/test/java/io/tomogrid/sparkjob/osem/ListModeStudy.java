package io.tomogrid.sparkjob.osem;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.object.ImageGrid;
import io.tomogrid.dicom.object.Lps;
import io.tomogrid.dicom.synthetic.SyntheticRaw;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.pet.PhantomScatter;
import io.tomogrid.engine.scatter.SingleScatter;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.EnergyWindow;
import io.tomogrid.imaging.pet.ImageQualityPhantom;
import io.tomogrid.imaging.pet.Solid;
import io.tomogrid.imaging.pet.TofBins;
import io.tomogrid.imaging.petsird.ModularScanner;
import io.tomogrid.imaging.petsird.PetsirdFormat;
import io.tomogrid.imaging.petsird.SimulatedCoincidences;
import java.util.ArrayList;
import java.util.List;

/** A cylinder of 8 kBq/ml, 140 mm wide, measured with time of flight as PETSIRD, and its CT. */
final class ListModeStudy {
    static final ModularScanner SCANNER =
            new ModularScanner(12, 8, 4, 130, 8, 4, TofBins.ofTimes(9, 200, 400), new EnergyWindow(430, 610, 0.12));
    static final Vec3 CENTRE = new Vec3(10, -20, -300);
    static final double DURATION_S = 600;
    private static final double SENSITIVITY = 3e-8;
    private static final ImageQualityPhantom PHANTOM =
            new ImageQualityPhantom(8000, new Solid.Cylinder(new Vec3(0, 0, 0), 70, 70, 500), List.of());

    private static final SimulatedCoincidences.Scatter SCATTER =
            PhantomScatter.of(SCANNER, PHANTOM, new SingleScatter.Sampling(36, 3, 20, 8), new Parallel(2));

    private ListModeStudy() {}

    static byte[] payload(double randoms) {
        return new SimulatedCoincidences(
                        SCANNER,
                        CENTRE,
                        DURATION_S,
                        SENSITIVITY,
                        SyntheticRaw.HALF_LIFE_S,
                        SyntheticRaw.POSITRON_FRACTION,
                        randoms)
                .petsird(PHANTOM, SCATTER, 1);
    }

    static Dataset raw(byte[] payload) {
        return SyntheticRaw.of(1, DURATION_S, PetsirdFormat.NAME, PetsirdFormat.VERSION, payload);
    }

    /** With the CT of the cylinder. */
    static List<Dataset> study(byte[] payload) {
        Dataset raw = raw(payload);
        ImageGrid grid = new ImageGrid(
                80,
                80,
                16,
                new Lps(CENTRE.x() - 79, CENTRE.y() - 79, CENTRE.z() - 30),
                new Lps(2, 0, 0),
                new Lps(0, 2, 0),
                new Lps(0, 0, 4));
        List<Dataset> study = new ArrayList<>(SyntheticRaw.ct(
                raw, grid, at -> Math.hypot(at.x() - CENTRE.x(), at.y() - CENTRE.y()) < 70 ? 0 : -1000));
        study.add(raw);
        return study;
    }
}
