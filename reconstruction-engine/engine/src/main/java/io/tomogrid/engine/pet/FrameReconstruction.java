package io.tomogrid.engine.pet;

import io.tomogrid.engine.Backend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.osem.Bsrem;
import io.tomogrid.engine.osem.EmissionData;
import io.tomogrid.engine.osem.Osem;
import io.tomogrid.engine.osem.RelativeDifferencePrior;
import io.tomogrid.engine.osem.SubsetSteps;
import io.tomogrid.engine.osem.SubsetUpdates;
import io.tomogrid.engine.projector.BlurredProjector;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.engine.scatter.SingleScatter;
import io.tomogrid.engine.scatter.TailScale;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.EnergyWindow;
import io.tomogrid.imaging.pet.ListAcquisition;
import io.tomogrid.imaging.pet.PetAcquisition;
import io.tomogrid.imaging.pet.PetFrame;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Reconstructs frames by OSEM with the whole model, {@code y = n·a·∫x + r + n·s}: efficiencies n, attenuation a, randoms r and,
 * where the background does not hold it, scatter s by single-scatter simulation.
 *
 * @param iterations of the last reconstruction @param subsets of every one
 * @param window which photons were counted
 * @param psfMm full width at half maximum of the resolution that the image is reconstructed with; 0 for none
 * @param strength of the relative difference prior over the likelihood where a voxel is seen best; 0 for none, else the last
 *     reconstruction goes on from OSEM by BSREM
 */
public record FrameReconstruction(
        Backend backend,
        PetGrid grid,
        EnergyWindow window,
        SingleScatter.Sampling sampling,
        int iterations,
        int subsets,
        double psfMm,
        double strength,
        Parallel parallel) {
    /* Scatter follows from the image and the image from scatter. It varies so slowly that two short reconstructions are enough:
     * the first, without scatter, has too much activity, which the fit to the tails mends. */

    private static final int SCATTER_ROUNDS = 2;
    private static final int SCATTER_ITERATIONS = 2;
    private static final double LEAST_COUNTS_OF_A_VIEW = 200;
    private static final int BEFORE_PRIOR = 2;
    private static final double GAMMA = 2;
    private static final double EPSILON = 1e-4;
    private static final double RELAXATION = 0.1;

    /** Without resolution and prior. */
    public FrameReconstruction(
            Backend backend,
            PetGrid grid,
            EnergyWindow window,
            SingleScatter.Sampling sampling,
            int iterations,
            int subsets,
            Parallel parallel) {
        this(backend, grid, window, sampling, iterations, subsets, 0, 0, parallel);
    }

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
    public Result reconstruct(PetFrame frame, Optional<MuMap> ct, Consumer<String> stages) {
        if (frame instanceof ListAcquisition list) {
            checkViews(list.scanner(), list.histogram(), bin -> list.efficiency()[bin] > 0);
            return new ListReconstruction(this, list, ct.orElseThrow(FrameReconstruction::noAttenuation)).run(stages);
        }
        return sinogram((PetAcquisition) frame, ct, stages);
    }

    private static IllegalArgumentException noAttenuation() {
        return new IllegalArgumentException("frame: expected attenuation factors, or a CT to take them from");
    }

    private Result sinogram(PetAcquisition frame, Optional<MuMap> ct, Consumer<String> stages) {
        float[] pairs = frame.normalisation().lines(frame.scanner());
        checkViews(
                frame.scanner(),
                frame.prompts(),
                bin -> pairs[bin / frame.scanner().planes()] > 0);
        CylindricalScanner scanner = frame.scanner();
        float[] attenuation = frame.hasAttenuation()
                ? frame.attenuation()
                : ct.orElseThrow(FrameReconstruction::noAttenuation).factors(scanner, backend);
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
                float[] image = forScatter(frame, multiplicative, additive);
                float[] scatter = simulation.estimate(image, grid, mu.perMm(), mu.grid());
                frame.normalisation().multiply(scanner, scatter);
                TailScale fit = TailScale.fit(scanner, frame.prompts(), attenuation, scatter, frame.background());
                scale = Optional.of(fit);
                fraction = add(scatter, fit.factor(), frame);
                additive = scatter;
            }
        }
        try (Osem osem = osem(frame, multiplicative, additive)) {
            return new Result(last(osem, osem.start(), stages), scale, fraction);
        }
    }

    /** With the resolution in the image, where there is one. */
    Projector projector(CylindricalScanner scanner) {
        Projector sharp = backend.projector(scanner, grid);
        return psfMm > 0 ? new BlurredProjector(sharp, psfMm, parallel) : sharp;
    }

    private Osem osem(PetAcquisition frame, float[] multiplicative, float[] additive) {
        var data = new EmissionData(frame.prompts(), multiplicative, additive);
        return psfMm > 0
                ? new Osem(projector(frame.scanner()), data, subsets, parallel)
                : backend.osem(frame.scanner(), grid, data, subsets);
    }

    private float[] forScatter(PetAcquisition frame, float[] multiplicative, float[] additive) {
        try (Osem osem = osem(frame, multiplicative, additive)) {
            float[] image = osem.start();
            osem.iterate(image, SCATTER_ITERATIONS, done -> {});
            return image;
        }
    }

    /** The last reconstruction. @param image the start, REPLACED */
    float[] last(SubsetSteps steps, float[] image, Consumer<String> stages) {
        if (strength <= 0) {
            steps.iterate(image, iterations, done -> stages.accept("osem " + done + "/" + iterations));
            return image;
        }
        steps.iterate(image, BEFORE_PRIOR, done -> stages.accept("osem " + done + "/" + BEFORE_PRIOR));
        double seen = 0;
        for (int s = 0; s < steps.subsets(); s++) {
            seen += SubsetUpdates.greatest(steps.sensitivity(s));
        }
        double epsilon = EPSILON * Math.max(Float.MIN_NORMAL, SubsetUpdates.greatest(image));
        var prior = new RelativeDifferencePrior(grid, GAMMA, epsilon, parallel);
        new Bsrem(steps, prior, strength * seen, RELAXATION)
                .iterate(image, iterations, done -> stages.accept("map " + done + "/" + iterations));
        return image;
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
    private static void checkViews(CylindricalScanner scanner, float[] prompts, IntPredicate sees) {
        int perView = scanner.radialBins() * scanner.planes();
        double[] counts = new double[scanner.views()];
        double all = 0;
        for (int view = 0; view < counts.length; view++) {
            for (int bin = view * perView; bin < (view + 1) * perView; bin++) {
                counts[view] += prompts[bin];
            }
            all += counts[view];
        }
        double usual = all / counts.length;
        for (int view = 0; view < counts.length; view++) {
            if (counts[view] == 0
                    && usual >= LEAST_COUNTS_OF_A_VIEW
                    && IntStream.range(view * perView, (view + 1) * perView).anyMatch(sees)) {
                throw new IllegalArgumentException("frame: view " + view + " of " + counts.length
                        + " has no counts, others have " + Math.round(usual) + ": views are missing");
            }
        }
    }
}
