package io.tomogrid.imaging.pet;

/**
 * When a frame was measured.
 *
 * @param startS from the series' time to the frame's start, s
 * @param durationS by the clock, s
 * @param liveFraction part of the duration in which the scanner could count, over 0 and at most 1; NaN where dead time is not
 *     known
 */
public record FrameTime(double startS, double durationS, double liveFraction) {
    private static final double LONGEST_S = 1e7;

    public FrameTime {
        if (!(durationS > 0 && durationS <= LONGEST_S)) {
            throw new IllegalArgumentException(
                    "frame: expected a positive duration of at most " + LONGEST_S + " s, got " + durationS + " s");
        }
        if (!(startS >= 0 && startS <= LONGEST_S)) {
            throw new IllegalArgumentException(
                    "frame: expected a start from 0 to " + LONGEST_S + " s, got " + startS + " s");
        }
        if (!Double.isNaN(liveFraction) && !(liveFraction > 0 && liveFraction <= 1)) {
            throw new IllegalArgumentException(
                    "frame: expected a live fraction over 0 and at most 1, got " + liveFraction);
        }
    }

    /** Begins with the series; dead time is not known. */
    public static FrameTime of(double durationS) {
        return new FrameTime(0, durationS, Double.NaN);
    }

    public boolean deadTimeKnown() {
        return !Double.isNaN(liveFraction);
    }

    /** In which counts were taken, s: the duration where dead time is not known. */
    public double liveS() {
        return deadTimeKnown() ? durationS * liveFraction : durationS;
    }

    /** Activity at the series' time over its mean during the frame: {@code e^(λ·start) · λT/(1 − e^−λT)}. */
    public double decayFactor(double halfLifeS) {
        double perSecond = Math.log(2) / halfLifeS;
        double decay = perSecond * durationS;
        return Math.exp(perSecond * startS) * decay / -Math.expm1(-decay);
    }

    /** From the series' time to when the activity has its mean of the frame, s. */
    public double averageDecayS(double halfLifeS) {
        return Math.log(decayFactor(halfLifeS)) * halfLifeS / Math.log(2);
    }
}
