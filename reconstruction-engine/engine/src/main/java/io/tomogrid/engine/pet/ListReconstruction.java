package io.tomogrid.engine.pet;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.osem.ListOsem;
import io.tomogrid.engine.projector.ListJoseph;
import io.tomogrid.engine.projector.PlaneGeometry;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.engine.scatter.SingleScatter;
import io.tomogrid.engine.scatter.TailScale;
import io.tomogrid.imaging.pet.ListAcquisition;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Reconstructs a frame of single events by OSEM with time of flight, with the model of {@link FrameReconstruction}. Events are
 * projected by the processors on every backend.
 */
final class ListReconstruction {
    /* Scatter is simulated without time of flight. On a line it is spread over the bins as the activity is, which is a little
     * narrower than it is in truth; where there is no activity, evenly. Randoms are even over the bins. */

    private static final int SCATTER_ROUNDS = 2;
    private static final int SCATTER_ITERATIONS = 2;

    private final FrameReconstruction how;
    private final ListAcquisition frame;
    private final MuMap mu;
    private final float[] attenuation;
    private final float[] multiplicative;
    private final float[] counts;

    ListReconstruction(FrameReconstruction how, ListAcquisition frame, MuMap mu) {
        this.how = how;
        this.frame = frame;
        this.mu = mu;
        this.attenuation = mu.factors(frame.scanner(), how.backend());
        this.multiplicative = new float[attenuation.length];
        for (int bin = 0; bin < multiplicative.length; bin++) {
            multiplicative[bin] = attenuation[bin] * frame.efficiency()[bin];
        }
        this.counts = frame.histogram();
    }

    FrameReconstruction.Result run(Consumer<String> stages) {
        float[] randoms = frame.hasRandoms() ? frame.randoms() : new float[counts.length];
        float[] background = ofEvents(randoms);
        double expected = sum(randoms);
        var simulation = new SingleScatter(frame.scanner(), how.window(), how.sampling(), how.parallel());
        Optional<TailScale> scale = Optional.empty();
        double fraction = 0;
        for (int round = 1; round <= SCATTER_ROUNDS; round++) {
            stages.accept("scatter " + round + "/" + SCATTER_ROUNDS);
            float[] image = forScatter(background, expected);
            float[] scatter = simulation.estimate(image, how.grid(), mu.perMm(), mu.grid());
            for (int bin = 0; bin < scatter.length; bin++) {
                scatter[bin] *= frame.efficiency()[bin];
            }
            TailScale fit = TailScale.fit(frame.scanner(), counts, attenuation, scatter, randoms);
            for (int bin = 0; bin < scatter.length; bin++) {
                scatter[bin] *= (float) fit.factor();
            }
            scale = Optional.of(fit);
            double scattered = sum(scatter);
            expected = scattered + sum(randoms);
            double coincidences = frame.events().count() - sum(randoms);
            fraction = coincidences > 0 ? scattered / coincidences : 0;
            background = ofEvents(randoms);
            add(scatter, image, background);
        }
        try (Projector projector = how.projector(frame.scanner())) {
            ListOsem osem = osem(projector, background);
            float[] image = how.last(osem, osem.start(counts(expected)), stages);
            return new FrameReconstruction.Result(image, scale, fraction);
        }
    }

    private ListOsem osem(Projector projector, float[] background) {
        return new ListOsem(projector, frame.events(), multiplicative, background, how.subsets(), how.parallel());
    }

    private float[] forScatter(float[] background, double expected) {
        try (Projector projector = how.projector(frame.scanner())) {
            ListOsem osem = osem(projector, background);
            float[] image = osem.start(counts(expected));
            osem.iterate(image, SCATTER_ITERATIONS);
            return image;
        }
    }

    /** Of the image. @param expected randoms and scatter */
    private double counts(double expected) {
        double counted = frame.events().count();
        return Math.max(counted - expected, counted / 10);
    }

    /** Of each event in its bin of time of flight, randoms being alike in all. */
    private float[] ofEvents(float[] randoms) {
        float[] background = new float[frame.events().count()];
        int bins = frame.events().tof().count();
        for (int n = 0; n < background.length; n++) {
            background[n] = randoms[frame.events().lines()[n]] / bins;
        }
        return background;
    }

    /** @param scatter of each bin of the sinogram @param background of each event, ADDED to */
    private void add(float[] scatter, float[] image, float[] background) {
        PetGrid grid = how.grid();
        Parallel parallel = how.parallel();
        float[] lines = new float[scatter.length];
        try (Projector projector = how.backend().projector(frame.scanner(), grid)) {
            projector.forward(image, IntStream.range(0, frame.scanner().views()).toArray(), lines);
        }
        var joseph = new ListJoseph(new PlaneGeometry(frame.scanner(), grid), frame.events(), parallel);
        float[] parts = new float[background.length];
        joseph.forward(image, parts);
        int[] order = joseph.order();
        float even = 1f / frame.events().tof().count();
        for (int n = 0; n < parts.length; n++) {
            int bin = frame.events().lines()[order[n]];
            float part = lines[bin] > 0 ? Math.min(1, parts[n] / lines[bin]) : even;
            background[order[n]] += scatter[bin] * part;
        }
    }

    private static double sum(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum;
    }
}
