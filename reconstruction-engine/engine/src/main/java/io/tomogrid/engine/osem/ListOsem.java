package io.tomogrid.engine.osem;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.BlurredProjector;
import io.tomogrid.engine.projector.EventProjector;
import io.tomogrid.engine.projector.ListJoseph;
import io.tomogrid.engine.projector.PlaneGeometry;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.imaging.pet.ListEvents;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * OSEM of single events with time of flight, after Parra & Barrett, IEEE TMI 17 (1998) 228. A subset is every n-th event. Since
 * the bins of time of flight sum to the line without it, so does the sensitivity. The same bits on any
 * number of threads, and on every run on a device. To be closed where a device projects the events.
 */
public final class ListOsem implements SubsetSteps, AutoCloseable {
    private final EventProjector[] subsets;
    /** Of each subset's events in their order: background over multiplicative. */
    private final float[][] backgrounds;

    private final float[] sensitivity;
    private final UnaryOperator<float[]> blur;

    /**
     * Prepares a reconstruction.
     *
     * @param projector without time of flight, of the events' scanner; if it blurs, so do the events' lines
     * @param multiplicative attenuation × normalisation of each bin; events where it is 0 are left out
     * @param background expected random and scattered counts of each bin of time of flight of each bin of the sinogram; or, of
     *     each event, in its bin of both
     * @param count of subsets, at least 1
     */
    public ListOsem(
            Projector projector,
            ListEvents events,
            float[] multiplicative,
            float[] background,
            int count,
            Parallel parallel) {
        this(projector, events, multiplicative, background, count, onProcessors(projector, events, parallel));
    }

    private static Function<ListEvents, EventProjector> onProcessors(
            Projector projector, ListEvents events, Parallel parallel) {
        PlaneGeometry geometry = new PlaneGeometry(events.scanner(), projector.grid());
        return some -> new ListJoseph(geometry, some, parallel);
    }

    /** The same by whoever projects events. @param projectors of a subset's events each, closed with this */
    public ListOsem(
            Projector projector,
            ListEvents events,
            float[] multiplicative,
            float[] background,
            int count,
            Function<ListEvents, EventProjector> projectors) {
        if (count < 1
                || multiplicative.length != events.scanner().bins()
                || background.length != multiplicative.length && background.length != events.count()) {
            throw new IllegalArgumentException("list mode: expected at least 1 subset and factors of "
                    + events.scanner().bins() + " bins, got " + count + ", " + multiplicative.length + " and "
                    + background.length);
        }
        blur = projector instanceof BlurredProjector blurred ? blurred::blurred : UnaryOperator.identity();
        boolean ofBins = background.length == multiplicative.length;
        subsets = new EventProjector[count];
        backgrounds = new float[count][];
        for (int s = 0; s < count; s++) {
            int first = s;
            int[] chosen = IntStream.range(0, events.count())
                    .filter(n -> n % count == first && multiplicative[events.lines()[n]] > 0)
                    .toArray();
            int[] lines = new int[chosen.length];
            short[] bins = new short[chosen.length];
            for (int n = 0; n < chosen.length; n++) {
                lines[n] = events.lines()[chosen[n]];
                bins[n] = events.bins()[chosen[n]];
            }
            var some = new ListEvents(events.scanner(), events.tof(), lines, bins);
            subsets[s] = projectors.apply(some);
            int[] order = subsets[s].order();
            backgrounds[s] = new float[order.length];
            for (int n = 0; n < order.length; n++) {
                int line = lines[order[n]];
                float own = background[ofBins ? line : chosen[order[n]]];
                backgrounds[s][n] = own / multiplicative[line];
            }
        }
        sensitivity = new float[projector.grid().voxels()];
        projector.back(
                multiplicative, IntStream.range(0, events.scanner().views()).toArray(), sensitivity);
    }

    /** Of all events: Aᵀm. */
    public float[] sensitivity() {
        return sensitivity.clone();
    }

    /** @param image the start, positive where something is sought; REPLACED by the result: counts per mm of line */
    public void iterate(float[] image, int iterations) {
        iterate(image, iterations, done -> {});
    }

    /**
     * Goes over all subsets, again and again.
     *
     * @param image as above @param done told the number of iterations done after each
     * @throws CancellationException if the thread is interrupted, whose interrupt status stays set
     */
    @Override
    public void iterate(float[] image, int iterations, IntConsumer done) {
        for (int iteration = 0; iteration < iterations; iteration++) {
            for (int s : Osem.order(subsets.length)) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("interrupted");
                }
                update(image, s);
            }
            done.accept(iteration + 1);
        }
    }

    @Override
    public void update(float[] image, int subset) {
        float[] values = new float[subsets[subset].count()];
        subsets[subset].forward(blur.apply(image), values);
        for (int n = 0; n < values.length; n++) {
            float expected = values[n] + backgrounds[subset][n];
            values[n] = expected > 0 ? 1 / expected : 0;
        }
        float[] correction = new float[image.length];
        subsets[subset].back(values, correction);
        float[] ratio = blur.apply(correction);
        float least = SubsetUpdates.least(sensitivity);
        for (int v = 0; v < image.length; v++) {
            if (sensitivity[v] > least) {
                image[v] *= subsets.length * ratio[v] / sensitivity[v];
            }
        }
    }

    @Override
    public int subsets() {
        return subsets.length;
    }

    /** Events are dealt out evenly, so each subset has its part of the sensitivity of all. */
    @Override
    public float[] sensitivity(int subset) {
        float[] part = new float[sensitivity.length];
        for (int v = 0; v < part.length; v++) {
            part[v] = sensitivity[v] / subsets.length;
        }
        return part;
    }

    /** Σ ln ŷ over the events, less what is expected in all. */
    @Override
    public double logLikelihood(float[] image) {
        double sum = 0;
        float[] blurred = blur.apply(image);
        for (int s = 0; s < subsets.length; s++) {
            float[] values = new float[subsets[s].count()];
            subsets[s].forward(blurred, values);
            for (int n = 0; n < values.length; n++) {
                float expected = values[n] + backgrounds[s][n];
                sum += expected > 0 ? Math.log(expected) : 0;
            }
        }
        for (int v = 0; v < image.length; v++) {
            sum -= (double) sensitivity[v] * image[v];
        }
        return sum;
    }

    /** The same value in every voxel that some line sees. @param counts what all lines together are to expect of it */
    public float[] start(double counts) {
        float least = SubsetUpdates.least(sensitivity);
        double expected = 0;
        for (float value : sensitivity) {
            expected += value > least ? value : 0;
        }
        float[] image = new float[sensitivity.length];
        for (int v = 0; v < image.length; v++) {
            image[v] = sensitivity[v] > least && expected > 0 ? (float) (counts / expected) : 0;
        }
        return image;
    }

    @Override
    public void close() {
        for (EventProjector subset : subsets) {
            subset.close();
        }
    }
}
