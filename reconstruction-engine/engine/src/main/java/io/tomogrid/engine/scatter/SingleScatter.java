package io.tomogrid.engine.scatter;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.EnergyWindow;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.ArrayList;
import java.util.List;

/**
 * Single-scatter simulation after Ollinger, Phys. Med. Biol. 41 (1996) 153, and Watson, IEEE TNS 47 (2000) 1587. Coarse points
 * of the patient scatter photons towards coarse detectors; what the scanner's bins have is interpolated between them. All
 * attenuation is taken as Compton scattering. The same input gives the same bits on any number of threads.
 *
 * @param window which photons are counted @param sampling how coarse
 */
public record SingleScatter(CylindricalScanner scanner, EnergyWindow window, Sampling sampling, Parallel parallel) {
    /* A pair of detectors A, B of area a, at right angles to the axis, counts of a line with activity density p, by the area
     * and the solid angle that they span (R: distance, c: cosines of the angles of incidence):
     *
     *     trues    2/4π · a²·c_A·c_B/R_AB² · ∫p dl · e^(−∫_AB μ)
     *     scatter  2/4π · a²·Σ_S c_A·c_B/(R_AS²·R_SB²) · dV·μ(S)/σ · dσ/dΩ · ε(E')/ε(511) ·
     *                  (e^(−∫_AS μ − ∫_SB μ') ∫_AS p dl + e^(−∫_AS μ' − ∫_SB μ) ∫_SB p dl)
     *
     * with E' the energy after scattering and μ' = μ·σ(E')/σ(511). Bins are in units of the trues without attenuation and of
     * efficiency 1, ∫p dl, so scatter is divided by c_A·c_B/R_AB² of the bin. Watson's Σ_S is smooth where that is not, for
     * detectors near each other, so it is interpolated first and divided last. */

    private static final double ACTIVE = 1e-3;

    /**
     * How coarse.
     *
     * @param angles detectors around the axis @param rings of detectors along it
     * @param scatterMm side of the blocks that scatter as one point @param pathMm side of the blocks that paths run through
     */
    public record Sampling(int angles, int rings, double scatterMm, double pathMm) {
        public static final Sampling USUAL = new Sampling(40, 5, 24, 9);

        public Sampling {
            if (angles < 4 || rings < 1 || !(scatterMm > 0) || !(pathMm > 0)) {
                throw new IllegalArgumentException(
                        "scatter: expected at least 4 angles, 1 ring and positive sides, got " + angles + ", " + rings
                                + ", " + scatterMm + " and " + pathMm + " mm");
            }
        }
    }

    /** A block of the patient that scatters. @param weight its volume × μ/σ: scattering electrons in 1/r_e² */
    private record Point(Vec3 at, double weight) {}

    /** What a detector sees of all points: activity and attenuation on the way, cosine of incidence over distance squared. */
    private record Seen(double[] activity, double[] attenuation, double[] solid, double[] distance) {}

    /**
     * Expected scatter of each bin of efficiency 1, before live time and sensitivity.
     *
     * @param activity image, of any unit @param activityGrid where it is
     * @param mu attenuation at 511 keV, 1/mm @param muGrid where it is, which may be another grid
     * @return in the order of the scanner's sinograms, the image's unit · mm
     */
    public float[] estimate(float[] activity, PetGrid activityGrid, float[] mu, PetGrid muGrid) {
        List<Vec3> detectors = detectors();
        double[] table = table(
                detectors,
                points(CoarseImage.of(muGrid, mu, sampling.scatterMm)),
                CoarseImage.of(activityGrid, activity, sampling.pathMm),
                CoarseImage.of(muGrid, mu, sampling.pathMm));
        return new ScatterInterpolation(scanner, sampling, table).bins(parallel);
    }

    /**
     * What depends on the angle of scattering alone, at evenly spaced cosines.
     *
     * @param counted cross-section for each steradian × how well the photon is counted, over one of 511 keV
     * @param attenuation of the softer photon over that at 511 keV
     */
    private record Angles(double[] counted, double[] attenuation) {
        private static final int STEPS = 1024;

        static Angles of(EnergyWindow window) {
            double before = EnergyWindow.ANNIHILATION_KEV;
            Angles angles = new Angles(new double[STEPS + 2], new double[STEPS + 2]);
            for (int n = 0; n < STEPS + 2; n++) {
                double cosine = Math.min(1, 2.0 * n / STEPS - 1);
                double keV = before * KleinNishina.energyRatio(before, cosine);
                angles.counted[n] =
                        KleinNishina.differential(before, cosine) * window.efficiency(keV) / window.efficiency(before);
                angles.attenuation[n] = KleinNishina.total(keV) / KleinNishina.total(before);
            }
            return angles;
        }

        static double at(double[] values, double cosine) {
            double place = (cosine + 1) / 2 * STEPS;
            int n = (int) place;
            return values[n] + (place - n) * (values[n + 1] - values[n]);
        }
    }

    /** Angle by angle, from the first ring to the last. */
    private List<Vec3> detectors() {
        List<Vec3> detectors = new ArrayList<>();
        for (int a = 0; a < sampling.angles; a++) {
            double angle = 2 * Math.PI * a / sampling.angles;
            for (int r = 0; r < sampling.rings; r++) {
                detectors.add(new Vec3(
                        scanner.radiusMm() * Math.cos(angle),
                        scanner.radiusMm() * Math.sin(angle),
                        ScatterInterpolation.ringMm(scanner, sampling, r)));
            }
        }
        return detectors;
    }

    private List<Point> points(CoarseImage mu) {
        double most = 0;
        for (float value : mu.values()) {
            most = Math.max(most, value);
        }
        List<Point> points = new ArrayList<>();
        double perCoefficient = mu.voxelMm3() / KleinNishina.total(EnergyWindow.ANNIHILATION_KEV);
        PetGrid grid = mu.grid();
        for (int i = 0, n = 0; i < grid.nx(); i++) {
            for (int j = 0; j < grid.ny(); j++) {
                for (int k = 0; k < grid.nz(); k++, n++) {
                    Vec3 at = grid.centre(i, j, k);
                    boolean inside = Math.hypot(at.x(), at.y()) < scanner.radiusMm() - grid.voxelMm();
                    if (inside && mu.values()[n] > ACTIVE * most) {
                        points.add(new Point(at, mu.values()[n] * perCoefficient));
                    }
                }
            }
        }
        return points;
    }

    /** Of each pair of detectors, [first][second]; the same both ways round. */
    private double[] table(List<Vec3> detectors, List<Point> points, CoarseImage activity, CoarseImage mu) {
        int count = detectors.size();
        Seen[] seen = new Seen[count];
        parallel.run(count, d -> seen[d] = seen(detectors.get(d), points, activity, mu));
        double[] table = new double[count * count];
        Angles angles = Angles.of(window);
        parallel.run(count, a -> {
            for (int b = a + 1; b < count; b++) {
                double distance = detectors.get(b).minus(detectors.get(a)).length();
                double sum = 0;
                for (int s = 0; s < points.size(); s++) {
                    double toA = seen[a].distance[s];
                    double toB = seen[b].distance[s];
                    // the triangle's angle at S is the one between the ways to A and B: scattering turns by the rest
                    double cosine =
                            Math.max(-1, Math.min(1, (distance * distance - toA * toA - toB * toB) / (2 * toA * toB)));
                    double softer = Angles.at(angles.attenuation, cosine);
                    double ways = Math.exp(-seen[a].attenuation[s] - softer * seen[b].attenuation[s])
                                    * seen[a].activity[s]
                            + Math.exp(-seen[b].attenuation[s] - softer * seen[a].attenuation[s]) * seen[b].activity[s];
                    sum += points.get(s).weight
                            * Angles.at(angles.counted, cosine)
                            * seen[a].solid[s]
                            * seen[b].solid[s]
                            * ways;
                }
                table[a * count + b] = sum;
            }
        });
        for (int a = 0; a < count; a++) {
            for (int b = 0; b < a; b++) {
                table[a * count + b] = table[b * count + a];
            }
        }
        return table;
    }

    private Seen seen(Vec3 detector, List<Point> points, CoarseImage activity, CoarseImage mu) {
        int count = points.size();
        Seen seen = new Seen(new double[count], new double[count], new double[count], new double[count]);
        Vec3 inward = new Vec3(-detector.x(), -detector.y(), 0).times(1 / scanner.radiusMm());
        for (int s = 0; s < count; s++) {
            Vec3 way = points.get(s).at.minus(detector);
            double distance = way.length();
            seen.activity[s] = activity.integral(detector, points.get(s).at);
            seen.attenuation[s] = mu.integral(detector, points.get(s).at);
            seen.distance[s] = distance;
            seen.solid[s] = way.dot(inward) / (distance * distance * distance);
        }
        return seen;
    }
}
