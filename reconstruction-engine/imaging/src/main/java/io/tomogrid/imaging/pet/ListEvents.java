package io.tomogrid.imaging.pet;

/**
 * Coincidences one by one. Arrays are not copied.
 *
 * @param lines bin of the scanner's sinogram of each event: (view · radialBins + radial bin) · planes + plane
 * @param bins of time of flight of each event
 */
public record ListEvents(CylindricalScanner scanner, TofBins tof, int[] lines, short[] bins) {
    public ListEvents {
        if (lines.length != bins.length) {
            throw new IllegalArgumentException(
                    "events: expected as many bins as lines, got " + bins.length + " and " + lines.length);
        }
        for (int n = 0; n < lines.length; n++) {
            if (lines[n] < 0 || lines[n] >= scanner.bins() || bins[n] < 0 || bins[n] >= tof.count()) {
                throw new IllegalArgumentException("events: expected lines below " + scanner.bins() + " and bins below "
                        + tof.count() + ", got line " + lines[n] + ", bin " + bins[n] + " in event " + n);
            }
        }
    }

    public int count() {
        return lines.length;
    }
}
