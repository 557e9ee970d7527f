package io.tomogrid.engine.cuda;

import java.util.Arrays;

/**
 * How long the device took for something, by its own clock.
 *
 * @param what was timed
 * @param median seconds @param least seconds @param greatest seconds
 * @param perSecond of the unit, by the median; 0 for what is not counted
 * @param unit e.g. {@code steps of lines}
 * @param floor seconds that an H200 takes at least, by arithmetic; 0 where there is no such figure
 */
public record DeviceTiming(
        String what, double median, double least, double greatest, double perSecond, String unit, double floor) {
    private static final int WARM_UP = 2;

    /** @param amount of the unit that the work does, 0 for none */
    static DeviceTiming measure(
            CudaDevice device, String what, Runnable work, int runs, double amount, String unit, double floor) {
        for (int n = 0; n < WARM_UP; n++) {
            work.run();
        }
        double[] seconds = new double[runs];
        for (int n = 0; n < runs; n++) {
            seconds[n] = device.seconds(work);
        }
        Arrays.sort(seconds);
        double median = (seconds[(runs - 1) / 2] + seconds[runs / 2]) / 2;
        return new DeviceTiming(what, median, seconds[0], seconds[runs - 1], amount / median, unit, floor);
    }

    /** The floor's part of the time; 0 where there is none. */
    public double ofFloor() {
        return floor / median;
    }
}
