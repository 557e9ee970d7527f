package io.tomogrid.imaging.suv;

/** Radioactive decay of one nuclide. @param halfLife s */
record Decay(double halfLife) {
    double lambda() {
        return Math.log(2) / halfLife;
    }

    /** What is left of 1 after some seconds. */
    double left(double seconds) {
        return Math.exp(-lambda() * seconds);
    }

    /** Activity at the start of a frame over its mean during the frame: λT / (1 − e^−λT). @param duration T, s */
    double startOverMean(double duration) {
        double x = lambda() * duration;
        return x < 1e-9 ? 1 : x / -Math.expm1(-x);
    }

    /** When, after the start of a frame, the activity has its mean: ln(λT / (1 − e^−λT)) / λ. @param duration T, s */
    double meanTime(double duration) {
        return Math.log(startOverMean(duration)) / lambda();
    }
}
