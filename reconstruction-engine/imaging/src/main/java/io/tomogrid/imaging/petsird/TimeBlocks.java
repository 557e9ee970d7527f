package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.pet.FrameTime;
import io.tomogrid.imaging.pet.PetRawException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** When coincidences were recorded, and in which part of that time the scanner could count. Milliseconds. */
final class TimeBlocks {
    private static final double MS = 1000;
    private static final int MOST = 1 << 22;

    private record Interval(double start, double stop, double live) {}

    private final List<Interval> events = new ArrayList<>();
    private final List<Interval> dead = new ArrayList<>();

    void events(YardlRecord interval) throws PetRawException {
        add(events, interval, 1);
    }

    /** The mean fraction of pairs: the singles' means squared, by the mean of the pairs of modules. */
    void dead(YardlRecord block) throws PetRawException {
        YardlRecord fractions = block.record("aliveTimeFractions");
        double singles = mean(fractions.list("singlesAliveTimeFractions"));
        double pairs = mean(fractions.list("modulePairAliveTimeFractions"));
        double live = (Double.isNaN(singles) ? 1 : singles * singles) * (Double.isNaN(pairs) ? 1 : pairs);
        if (!(live > 0 && live <= 1)) {
            throw new PetRawException("PETSIRD: expected alive-time fractions over 0 and at most 1, got " + live);
        }
        add(dead, block.record("timeInterval"), live);
    }

    private static void add(List<Interval> to, YardlRecord interval, double live) throws PetRawException {
        double start = interval.number("start");
        double stop = interval.number("stop");
        if (!(start <= stop) || to.size() >= MOST) {
            throw new PetRawException("PETSIRD: a time block from " + start + " to " + stop + " ms");
        }
        to.add(new Interval(start, stop, live));
    }

    /** Of all numbers in nested lists; NaN if there are none. */
    private static double mean(Object nested) {
        double[] sum = new double[2];
        sum(nested, sum);
        return sum[0] / sum[1];
    }

    private static void sum(Object nested, double[] sum) {
        if (nested instanceof float[] floats) {
            for (float value : floats) {
                sum[0] += value;
                sum[1]++;
            }
        } else if (nested instanceof List<?> list) {
            list.forEach(item -> sum(item, sum));
        }
    }

    /** From the first block to the last, which leave no gap. */
    FrameTime frame() throws PetRawException {
        List<Interval> sorted = events.stream()
                .sorted(Comparator.comparingDouble(Interval::start).thenComparingDouble(Interval::stop))
                .toList();
        double start = sorted.get(0).start();
        double stop = start;
        for (Interval block : sorted) {
            if (block.start() > stop) {
                throw new PetRawException("PETSIRD: no time block from " + stop + " to " + block.start()
                        + " ms: coincidences are missing");
            }
            stop = Math.max(stop, block.stop());
        }
        double live = Double.NaN;
        double weights = 0;
        for (Interval block : dead) {
            double weight = Math.max(0, Math.min(stop, block.stop()) - Math.max(start, block.start()));
            live = weight > 0 ? (weights > 0 ? live : 0) + weight * block.live() : live;
            weights += weight;
        }
        if (weights > 0 && Math.abs(weights - (stop - start)) > 1) {
            throw new PetRawException("PETSIRD: dead time is known for " + weights + " of " + (stop - start) + " ms");
        }
        return new FrameTime(start / MS, (stop - start) / MS, live / weights);
    }
}
