package io.tomogrid.engine.lesion;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Volume;

/** Per run of the kept components: sum, maximum and hottest sphere, each from that run alone. */
final class RunMeasures {
    final double[] sum;
    final float[] max;
    final int[] maxAt;
    final double[] peak;
    /** Index in storage of the sphere's centre; −1 where no voxel of the run has a sphere within the volume. */
    final int[] peakAt;

    private RunMeasures(int runs) {
        sum = new double[runs];
        max = new float[runs];
        maxAt = new int[runs];
        peak = new double[runs];
        peakAt = new int[runs];
    }

    /** @param numbers per component, 0 for those that are not measured */
    static RunMeasures of(
            Volume suv, Components components, int[] numbers, SphereMeans spheres, Parallel parallel, int runsPerPart) {
        RunMeasures measures = new RunMeasures(components.runs());
        SphereMeans.OfRun sphere = spheres.prepare(suv, new PeakSphere(suv.geometry()), components, numbers);
        int parts = (int) (((long) components.runs() + runsPerPart - 1) / runsPerPart);
        parallel.run(parts, part -> {
            double[] means = new double[suv.geometry().size().nx()];
            int end = (int) Math.min(components.runs(), (part + 1L) * runsPerPart);
            for (int run = part * runsPerPart; run < end; run++) {
                if (numbers[components.component(run)] > 0) {
                    measures.measure(suv, run, components.start(run), components.length(run));
                    sphere.means(run, means);
                    measures.hottest(run, components.start(run), components.length(run), means);
                }
            }
        });
        return measures;
    }

    private void measure(Volume suv, int run, int start, int length) {
        float[] values = suv.voxels();
        max[run] = Float.NEGATIVE_INFINITY;
        for (int at = start; at < start + length; at++) {
            sum[run] += values[at];
            if (values[at] > max[run]) {
                max[run] = values[at];
                maxAt[run] = at;
            }
        }
        if (!Double.isFinite(sum[run])) {
            GridSize size = suv.geometry().size();
            throw new IllegalArgumentException(
                    "suv: a masked voxel of row " + start / size.nx() % size.ny() + ", slice "
                            + start / size.nx() / size.ny() + " is not finite; check the series that it comes from");
        }
    }

    private void hottest(int run, int start, int length, double[] means) {
        peakAt[run] = -1;
        for (int n = 0; n < length; n++) {
            if (!Double.isNaN(means[n]) && (peakAt[run] < 0 || means[n] > peak[run])) {
                peak[run] = means[n];
                peakAt[run] = start + n;
            }
        }
    }
}
