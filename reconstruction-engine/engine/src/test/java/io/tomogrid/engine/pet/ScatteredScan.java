package io.tomogrid.engine.pet;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.scatter.SingleScatter;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.EnergyWindow;
import io.tomogrid.imaging.pet.FrameTime;
import io.tomogrid.imaging.pet.ImageQualityPhantom;
import io.tomogrid.imaging.pet.Normalisation;
import io.tomogrid.imaging.pet.PetAcquisition;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.SimulatedScan;

/** The image quality phantom with randoms, scatter, dead time, crystals and planes of unequal efficiency, and noise. */
final class ScatteredScan {
    static final CylindricalScanner SCANNER =
            new CylindricalScanner(192, 330, 8, 8, 92, AxialSegment.michelogram(8, 3, 5));
    static final EnergyWindow WINDOW = new EnergyWindow(430, 610, 0.12);
    static final ImageQualityPhantom PHANTOM = ImageQualityPhantom.nema(5300, 4, 150);
    static final Vec3 CENTRE = new Vec3(5, -160, -420);
    static final double HALF_LIFE_S = 6586.2;
    static final double POSITRON_FRACTION = 0.967;
    static final double DURATION_S = 300;
    static final double LIVE = 0.85;
    static final double SENSITIVITY = 2.5e-6;
    /** Scatter over the singly scattered: more than once, in a body like this. */
    static final double MULTIPLE = 1.2;

    private ScatteredScan() {}

    /** Without noise, dead time and scatter; and scatter for activity, efficiencies of 1. */
    private record Ideal(PetAcquisition trues, float[] scatter, double perIntegral) {
        static final Ideal ONCE = of();

        static Ideal of() {
            var scan = new SimulatedScan(SCANNER, CENTRE, DURATION_S, SENSITIVITY, HALF_LIFE_S, POSITRON_FRACTION, 0.3);
            PetGrid grid = new PetGrid(92, 92, 15, 4, 4);
            float[] activity = new float[grid.voxels()];
            float[] mu = new float[grid.voxels()];
            for (int i = 0, n = 0; i < grid.nx(); i++) {
                for (int j = 0; j < grid.ny(); j++) {
                    for (int k = 0; k < grid.nz(); k++, n++) {
                        activity[n] = (float) PHANTOM.activity(grid.centre(i, j, k));
                        mu[n] = activity[n] > 0 ? (float) ImageQualityPhantom.WATER_PER_MM : 0;
                    }
                }
            }
            var sampling = new SingleScatter.Sampling(48, 4, 20, 8);
            float[] scatter =
                    new SingleScatter(SCANNER, WINDOW, sampling, new Parallel(2)).estimate(activity, grid, mu, grid);
            return new Ideal(
                    scan.expected(PHANTOM, 1),
                    scatter,
                    SENSITIVITY * DURATION_S * scan.meanOverStart() * POSITRON_FRACTION);
        }
    }

    /**
     * A frame.
     *
     * @param startS from when the activity is the phantom's @param toEstimate whether scatter is left to be estimated
     * @param noise seed; 0 for expected counts
     */
    static PetAcquisition frame(double startS, boolean toEstimate, long noise) {
        Ideal ideal = Ideal.ONCE;
        float[] planes = new float[SCANNER.planes()];
        for (int p = 0; p < planes.length; p++) {
            planes[p] = 0.8f + 0.4f * (p % 5) / 4;
        }
        Normalisation normalisation = new Normalisation(ideal.trues.efficiencies(), planes);
        float[] scattered = ideal.scatter.clone();
        normalisation.multiply(SCANNER, scattered);
        float[] counts = new float[scattered.length];
        float[] background = ideal.trues.background();
        double live = LIVE * Math.pow(2, -startS / HALF_LIFE_S);
        for (int bin = 0; bin < counts.length; bin++) {
            float random = background[bin / SCANNER.planes()];
            double trues = (ideal.trues.prompts()[bin] - random) * planes[bin % SCANNER.planes()];
            counts[bin] = (float) (live * (trues + MULTIPLE * ideal.perIntegral * scattered[bin]) + random);
        }
        if (noise != 0) {
            SimulatedScan.addNoise(counts, SCANNER.planes(), noise);
        }
        return new PetAcquisition(
                SCANNER,
                CENTRE,
                new FrameTime(startS, DURATION_S, LIVE),
                SENSITIVITY,
                counts,
                ideal.trues.attenuation(),
                normalisation,
                background,
                !toEstimate);
    }
}
