package io.tomogrid.engine.osem;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.EventProjector;
import io.tomogrid.engine.projector.ListJoseph;
import io.tomogrid.engine.projector.PlaneGeometry;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.imaging.pet.ListEvents;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * OSEM of single events with time of flight, after Parra & Barrett, IEEE TMI 17 (1998) 228. A subset is every n-th event. Since
 * the bins of time of flight sum to the line without it, so does the sensitivity. The same bits on any
 * number of threads, and on every run on a device. To be closed where a device projects the events.
 */
public final class ListOsem implements AutoCloseable {
    private final EventProjector[] subsets;
    /** Of each subset's events in their order: background over multiplicative. */
    private final float[][] backgrounds;

    private final float[] sensitivity;

    /**
     * Prepares a reconstruction.
     *
     * @param projector without time of flight, of the events' scanner
     * @param multiplicative attenuation × normalisation of each bin; events where it is 0 are left out
     * @param background expected random and scattered counts of each bin of time of flight of each bin of the sinogram
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
                || background.length != multiplicative.length) {
            throw new IllegalArgumentException("list mode: expected at least 1 subset and factors of "
                    + events.scanner().bins() + " bins, got " + count + ", " + multiplicative.length + " and "
                    + background.length);
        }
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
                backgrounds[s][n] = background[line] / multiplicative[line];
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
        float[] correction = new float[image.length];
        float least = SubsetUpdates.least(sensitivity);
        for (int iteration = 0; iteration < iterations; iteration++) {
            for (int s : Osem.order(subsets.length)) {
                float[] values = new float[subsets[s].count()];
                subsets[s].forward(image, values);
                for (int n = 0; n < values.length; n++) {
                    float expected = values[n] + backgrounds[s][n];
                    values[n] = expected > 0 ? 1 / expected : 0;
                }
                subsets[s].back(values, correction);
                for (int v = 0; v < image.length; v++) {
                    if (sensitivity[v] > least) {
                        image[v] *= subsets.length * correction[v] / sensitivity[v];
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        for (EventProjector subset : subsets) {
            subset.close();
        }
    }
}
