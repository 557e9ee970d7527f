package io.tomogrid.imaging.pet;

import io.tomogrid.imaging.Vec3;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Measures a phantom: line integrals and attenuation by formula, crystals of unequal efficiency, a background of randoms,
 * Poisson noise. Not modelled: scatter, the size of the crystals, positron range, dead time. The same seed gives the same
 * counts on any machine and any number of threads.
 *
 * @param centre of the scanner in the patient, LPS, mm
 * @param sensitivity see {@link PetAcquisition}
 * @param halfLifeS of the nuclide, s; the phantom's activity is that at the start
 * @param positronFraction positrons per decay
 * @param backgroundFraction randoms over true coincidences
 */
public record SimulatedScan(
        CylindricalScanner scanner,
        Vec3 centre,
        double durationS,
        double sensitivity,
        double halfLifeS,
        double positronFraction,
        double backgroundFraction) {
    private static final double EFFICIENCY_SPREAD = 0.1;
    private static final double LARGEST_STEP = 30;
    private static final long LINE_STREAM = 0x9e3779b97f4a7c15L;

    /** Expected counts, without noise. */
    public PetAcquisition expected(ImageQualityPhantom phantom, long seed) {
        float[] efficiencies = efficiencies(seed);
        float[] attenuation = new float[scanner.bins()];
        float[] counts = new float[scanner.bins()];
        double[] sums = new double[scanner.lines()];
        IntStream.range(0, scanner.lines())
                .parallel()
                .forEach(line -> sums[line] = trues(phantom, efficiencies, line, attenuation, counts));
        double trues = 0;
        double pairs = 0;
        for (int line = 0; line < scanner.lines(); line++) {
            trues += sums[line];
            pairs += pair(efficiencies, line);
        }
        double perPair = backgroundFraction * trues / (pairs * scanner.planes());
        float[] background = new float[scanner.lines()];
        for (int line = 0, bin = 0; line < scanner.lines(); line++) {
            background[line] = (float) (perPair * pair(efficiencies, line));
            for (int plane = 0; plane < scanner.planes(); plane++, bin++) {
                counts[bin] += background[line];
            }
        }
        return new PetAcquisition(
                scanner, centre, durationS, sensitivity, counts, attenuation, efficiencies, background);
    }

    /** Counts with Poisson noise. */
    public PetAcquisition measured(ImageQualityPhantom phantom, long seed) {
        PetAcquisition expected = expected(phantom, seed);
        float[] counts = expected.prompts().clone();
        addNoise(counts, scanner.planes(), seed);
        return new PetAcquisition(
                scanner,
                centre,
                durationS,
                sensitivity,
                counts,
                expected.attenuation(),
                expected.efficiencies(),
                expected.background());
    }

    /** A count of a mean, from a stream of its own for each line. @param counts expected; CHANGED to counts with noise */
    public static void addNoise(float[] counts, int perLine, long seed) {
        IntStream.range(0, counts.length / perLine).parallel().forEach(line -> {
            SplittableRandom random = new SplittableRandom(seed + LINE_STREAM * (line + 1));
            for (int bin = line * perLine; bin < (line + 1) * perLine; bin++) {
                counts[bin] = poisson(counts[bin], random);
            }
        });
    }

    /** Mean activity over the acquisition, as part of that at its start. */
    public double meanOverStart() {
        double decay = Math.log(2) / halfLifeS * durationS;
        return -Math.expm1(-decay) / decay;
    }

    /** Fills the bins of one line. @return the sum of its counts */
    private double trues(
            ImageQualityPhantom phantom, float[] efficiencies, int line, float[] attenuation, float[] counts) {
        CylindricalScanner.TransaxialLine ends = scanner.line(line / scanner.radialBins(), line % scanner.radialBins());
        ImageQualityPhantom.Slice slice = phantom.along(ends);
        double perIntegral = sensitivity * durationS * meanOverStart() * positronFraction * pair(efficiencies, line);
        double sum = 0;
        int bin = line * scanner.planes();
        for (AxialSegment segment : scanner.segments()) {
            for (int plane = 0; plane < segment.planes(); plane++, bin++) {
                CylindricalScanner.Lor lor = scanner.lor(ends, segment, plane);
                double water = slice.waterMm(lor);
                attenuation[bin] = (float) Math.exp(-ImageQualityPhantom.WATER_PER_MM * water);
                counts[bin] = (float) (perIntegral * attenuation[bin] * slice.activity(lor, water));
                sum += counts[bin];
            }
        }
        return sum;
    }

    private double pair(float[] efficiencies, int line) {
        int view = line / scanner.radialBins();
        int radial = line % scanner.radialBins();
        return (double) efficiencies[scanner.firstCrystal(view, radial)]
                * efficiencies[scanner.secondCrystal(view, radial)];
    }

    private float[] efficiencies(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] efficiencies = new float[scanner.crystalsPerRing()];
        for (int c = 0; c < efficiencies.length; c++) {
            efficiencies[c] = (float) (1 + EFFICIENCY_SPREAD * (2 * random.nextDouble() - 1));
        }
        return efficiencies;
    }

    /** Knuth's product of uniforms, in steps whose exponential does not vanish: a sum of Poisson variables is one too. */
    public static int poisson(double mean, SplittableRandom random) {
        int count = 0;
        for (double rest = mean; rest > 0; rest -= LARGEST_STEP) {
            double limit = Math.exp(-Math.min(rest, LARGEST_STEP));
            double product = random.nextDouble();
            while (product > limit) {
                count++;
                product *= random.nextDouble();
            }
        }
        return count;
    }
}
