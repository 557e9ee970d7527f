package io.tomogrid.engine.ct;

/** How the ramp filter falls off towards the highest frequency that the sampling holds. */
public enum Kernel {
    /** Not at all: sharpest, and noisiest. */
    RAMP,
    /** By a cosine, to 0: smooth. */
    HANN;

    double window(double ofNyquist) {
        return this == RAMP ? 1 : 0.5 * (1 + Math.cos(Math.PI * ofNyquist));
    }
}
