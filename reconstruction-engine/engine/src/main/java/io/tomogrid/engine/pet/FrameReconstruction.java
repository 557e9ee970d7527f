package io.tomogrid.engine.pet;

import io.tomogrid.engine.Backend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.osem.EmissionData;
import io.tomogrid.engine.osem.Osem;
import io.tomogrid.engine.scatter.SingleScatter;
import io.tomogrid.engine.scatter.TailScale;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.EnergyWindow;
import io.tomogrid.imaging.pet.PetAcquisition;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reconstructs frames by OSEM with the whole model, {@code y = n·a·∫x + r + n·s}: efficiencies n, attenuation a, randoms r and,
 * where the background does not hold it, scatter s by single-scatter simulation.
 *
 * @param iterations of the last reconstruction @param subsets of every one
 * @param window which photons were counted
 */
public record FrameReconstruction(
        Backend backend,
        PetGrid grid,
        EnergyWindow window,
        SingleScatter.Sampling sampling,
        int iterations,
        int subsets,
        Parallel parallel) {
    /* Scatter follows from the image and the image from scatter. It varies so slowly that two short reconstructions are enough:
     * the first, without scatter, has too much activity, which the fit to the tails mends. */

    private static final int SCATTER_ROUNDS = 2;
    private static final int SCATTER_ITERATIONS = 2;
    private static final double LEAST_COUNTS_OF_A_VIEW = 200;

    /**
     * What came out.
     *
     * @param image counts per mm of line of efficiency 1, in the grid's order
     * @param scatter how simulated scatter was scaled; empty where none was simulated
     * @param scatterFraction of all expected counts, where it was simulated
     */
    public record Result(float[] image, Optional<TailScale> scatter, double scatterFraction) {}

    /**
     * Reconstructs a frame.
     *
     * @param ct attenuation by the study's CT, used where the frame has none of its own
     * @param stages told what is done
     * @throws IllegalArgumentException if there is no attenuation, or whole views have no counts
     */
    public Result reconstruct(PetAcquisition frame, Optional<MuMap> ct, Consumer<String> stages) {
        checkViews(frame);
        CylindricalScanner scanner = frame.scanner();
        float[] attenuation = frame.hasAttenuation()
                ? frame.attenuation()
                : ct.orElseThrow(() -> new IllegalArgumentException(
                                "frame: expected attenuation factors, or a CT to take them from"))
                        .factors(scanner, backend);
        float[] multiplicative = frame.multiplicative(attenuation);
        float[] additive = frame.background();
        Optional<TailScale> scale = Optional.empty();
        double fraction = 0;
        if (!frame.scatterInBackground()) {
            MuMap mu = frame.hasAttenuation() || ct.isEmpty()
                    ? MuMap.ofFactors(attenuation, scanner, grid, backend)
                    : ct.get();
            var simulation = new SingleScatter(scanner, window, sampling, parallel);
            for (int round = 1; round <= SCATTER_ROUNDS; round++) {
                stages.accept("scatter " + round + "/" + SCATTER_ROUNDS);
                float[] image = osem(frame, multiplicative, additive, SCATTER_ITERATIONS, done -> {});
                float[] scatter = simulation.estimate(image, grid, mu.perMm(), mu.grid());
                frame.normalisation().multiply(scanner, scatter);
                TailScale fit = TailScale.fit(scanner, frame.prompts(), attenuation, scatter, frame.background());
                scale = Optional.of(fit);
                fraction = add(scatter, fit.factor(), frame);
                additive = scatter;
            }
        }
        float[] image = osem(
                frame, multiplicative, additive, iterations, done -> stages.accept("osem " + done + "/" + iterations));
        return new Result(image, scale, fraction);
    }

    private float[] osem(
            PetAcquisition frame, float[] multiplicative, float[] additive, int times, Consumer<Integer> done) {
        var data = new EmissionData(frame.prompts(), multiplicative, additive);
        try (Osem osem = backend.osem(frame.scanner(), grid, data, subsets)) {
            float[] image = osem.start();
            osem.iterate(image, times, done::accept);
            return image;
        }
    }

    /** Scales scatter and adds the randoms. @param scatter CHANGED @return scatter as part of the prompts without randoms */
    private static double add(float[] scatter, double factor, PetAcquisition frame) {
        int planes = frame.scanner().planes();
        double scattered = 0;
        double coincidences = 0;
        for (int bin = 0; bin < scatter.length; bin++) {
            float background = frame.background()[bin / planes];
            float expected = (float) (factor * scatter[bin]);
            scattered += expected;
            coincidences += frame.prompts()[bin] - background;
            scatter[bin] = expected + background;
        }
        return coincidences > 0 ? scattered / coincidences : 0;
    }

    /** Views that a patient between the detectors cannot leave empty were lost, and what they leave is an image with streaks. */
    private static void checkViews(PetAcquisition frame) {
        CylindricalScanner scanner = frame.scanner();
        int perView = scanner.radialBins() * scanner.planes();
        double[] counts = new double[scanner.views()];
        double all = 0;
        for (int view = 0; view < counts.length; view++) {
            for (int bin = view * perView; bin < (view + 1) * perView; bin++) {
                counts[view] += frame.prompts()[bin];
            }
            all += counts[view];
        }
        double usual = all / counts.length;
        for (int view = 0; view < counts.length; view++) {
            if (counts[view] == 0 && usual >= LEAST_COUNTS_OF_A_VIEW && sees(frame, view)) {
                throw new IllegalArgumentException("frame: view " + view + " of " + counts.length
                        + " has no counts, others have " + Math.round(usual) + ": views are missing");
            }
        }
    }

    private static boolean sees(PetAcquisition frame, int view) {
        for (int radial = 0; radial < frame.scanner().radialBins(); radial++) {
            if (frame.normalisation().pair(frame.scanner(), view, radial) > 0) {
                return true;
            }
        }
        return false;
    }
}
