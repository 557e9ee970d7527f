package io.tomogrid.engine.osem;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.BlurredProjector;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.engine.projector.TofPlaneJoseph;
import io.tomogrid.imaging.pet.TofBins;
import java.util.function.UnaryOperator;

/**
 * Updates from sinograms with time of flight, [views][radialBins][bins of time of flight][planes], on the processors. Since the bins
 * of time of flight sum to the line without it, so does the sensitivity.
 */
public final class TofUpdates implements SubsetUpdates {
    private final Projector projector;
    private final TofPlaneJoseph tof;
    private final TofBins bins;
    private final float[] counts;
    private final float[] background;
    private final UnaryOperator<float[]> blur;
    private final ProcessorUpdates without;
    private float[] image;

    /**
     * Prepares them.
     *
     * @param projector without time of flight; if it blurs, so do the lines with it; closed with this
     * @param counts with time of flight @param multiplicative attenuation × normalisation of each bin without
     * @param background expected random and scattered counts, as the counts
     * @param subsets into how many the views are divided
     */
    public TofUpdates(
            Projector projector,
            TofBins bins,
            float[] counts,
            float[] multiplicative,
            float[] background,
            int subsets,
            Parallel parallel) {
        int planes = projector.scanner().planes();
        if (counts.length != multiplicative.length * bins.count() || background.length != counts.length) {
            throw new IllegalArgumentException("time of flight: expected " + multiplicative.length * bins.count()
                    + " counts and as much background, got " + counts.length + " and " + background.length);
        }
        this.projector = projector;
        this.bins = bins;
        this.counts = counts;
        this.background = background;
        this.tof = new TofPlaneJoseph(projector.scanner(), projector.grid(), bins, parallel);
        this.blur = projector instanceof BlurredProjector blurred ? blurred::blurred : UnaryOperator.identity();
        var data = new EmissionData(summed(counts, bins, planes), multiplicative, summed(background, bins, planes));
        this.without = new ProcessorUpdates(projector, Subsets.of(projector.scanner(), data, subsets), parallel);
    }

    /** Over the bins of time of flight. */
    private static float[] summed(float[] values, TofBins bins, int planes) {
        float[] sums = new float[values.length / bins.count()];
        for (int n = 0; n < values.length; n++) {
            sums[n / (planes * bins.count()) * planes + n % planes] += values[n];
        }
        return sums;
    }

    @Override
    public Subsets subsets() {
        return without.subsets();
    }

    @Override
    public Projector projector() {
        return projector;
    }

    @Override
    public float[] sensitivity(int subset) {
        return without.sensitivity(subset);
    }

    @Override
    public void begin(float[] image) {
        this.image = image;
    }

    @Override
    public void update(int subset) {
        int[] views = subsets().views()[subset];
        float[] projections = new float[tof.values(views.length)];
        tof.forward(blur.apply(image), views, projections);
        ratios(projections, views);
        float[] correction = new float[image.length];
        tof.back(projections, views, correction);
        float[] ratio = blur.apply(correction);
        float[] sensitivity = sensitivity(subset);
        float least = SubsetUpdates.least(sensitivity);
        for (int n = 0; n < image.length; n++) {
            if (sensitivity[n] > least) {
                image[n] *= ratio[n] / sensitivity[n];
            }
        }
    }

    /** Turns line integrals into m·y/(m·Ax + s). */
    private void ratios(float[] projections, int[] views) {
        int planes = projector.scanner().planes();
        int perView = projector.scanner().radialBins() * planes * bins.count();
        float[] multiplicative = subsets().data().multiplicative();
        for (int at = 0; at < projections.length; at++) {
            int n = views[at / perView] * perView + at % perView;
            float m = multiplicative[n / (planes * bins.count()) * planes + n % planes];
            float expected = m * projections[at] + background[n];
            projections[at] = expected > 0 ? m * counts[n] / expected : 0;
        }
    }

    @Override
    public void end(float[] image) {
        System.arraycopy(this.image, 0, image, 0, image.length);
    }

    @Override
    public void close() {
        projector.close();
    }
}
