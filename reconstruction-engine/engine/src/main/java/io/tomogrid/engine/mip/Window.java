package io.tomogrid.engine.mip;

/** The values shown as darkest and as brightest, with everything between on a straight line. */
public record Window(double low, double high) {
    public Window {
        if (!(low < high) || Double.isInfinite(low) || Double.isInfinite(high)) {
            throw new IllegalArgumentException(
                    "window: expected a lower and a higher end, got " + low + " and " + high);
        }
    }

    /** DICOM Window Center, for the VOI LUT function LINEAR_EXACT (PS3.3 C.11.2.1.3.2). */
    public double center() {
        return (low + high) / 2;
    }

    /** DICOM Window Width, for LINEAR_EXACT. */
    public double width() {
        return high - low;
    }

    /** 0 at and below the lower end, 255 at and above the higher one, rounded between, halves up. */
    int level(double value) {
        double part = (value - low) / (high - low);
        return (int) (Math.max(0, Math.min(1, part)) * 255 + 0.5);
    }
}
