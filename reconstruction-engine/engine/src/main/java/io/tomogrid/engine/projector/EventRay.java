package io.tomogrid.engine.projector;

import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetGrid;

/** The way of one event after another over a grid, clipped to where it may have happened; the scratch of one thread. */
final class EventRay {
    private final PlaneGeometry geometry;
    private final TofKernel kernel;
    private final ListEvents events;
    /** [planes of a line]: its segment, and its place in it. */
    private final int[] segments;

    private final int[] places;

    boolean alongY;
    int first;
    int last;
    int rowStride;
    int columnStride;
    int columns;
    private int bin;
    private double slope;
    private double offset;
    private double firstSlice;
    private double sliceStep;
    private double firstMm;
    private double mmStep;
    private float step;

    EventRay(PlaneGeometry geometry, TofKernel kernel, ListEvents events) {
        this.geometry = geometry;
        this.kernel = kernel;
        this.events = events;
        int planes = geometry.scanner().planes();
        segments = new int[planes];
        places = new int[planes];
        for (int s = 0, p = 0; s < geometry.planes.length; s++) {
            for (int n = 0; n < geometry.planes[s]; n++, p++) {
                segments[p] = s;
                places[p] = n;
            }
        }
    }

    void set(int event) {
        int planes = segments.length;
        int line = events.lines()[event] / planes;
        int plane = events.lines()[event] % planes;
        int s = segments[plane];
        TransaxialPath path = geometry.path(line);
        PetGrid grid = geometry.grid();
        alongY = path.alongY();
        rowStride = alongY ? grid.nz() : grid.ny() * grid.nz();
        columnStride = alongY ? grid.ny() * grid.nz() : grid.nz();
        columns = alongY ? grid.nx() : grid.ny();
        slope = path.slope();
        offset = path.offset();
        step = geometry.stepMm(line, s);
        double half = path.startFraction() - 0.5;
        firstSlice = geometry.firstSlice[s] + geometry.slicesAlong[s] * half + places[plane];
        sliceStep = geometry.slicesAlong[s] * path.stepFraction();
        double length = step / Math.abs(path.stepFraction());
        firstMm = half * length;
        mmStep = path.stepFraction() * length;
        bin = events.bins()[event];
        double a = (kernel.from(bin) - firstMm) / mmStep;
        double b = (kernel.to(bin) - firstMm) / mmStep;
        double low = Math.max(path.first(), Math.ceil(Math.min(a, b)));
        double high = Math.min(path.last(), Math.floor(Math.max(a, b)));
        if (sliceStep != 0) {
            double enters = (-1 - firstSlice) / sliceStep;
            double leaves = (grid.nz() - firstSlice) / sliceStep;
            low = Math.max(low, Math.ceil(Math.min(enters, leaves)));
            high = Math.min(high, Math.floor(Math.max(enters, leaves)));
        } else if (firstSlice <= -1 || firstSlice >= grid.nz()) {
            high = -1;
        }
        first = (int) low;
        last = (int) Math.max(high, low - 1);
    }

    /** Row where it most likely happened, inside its range. */
    int likely() {
        double from = Math.max(kernel.from(bin), -1e9);
        double to = Math.min(kernel.to(bin), 1e9);
        // an outermost bin's middle is far outside: the end that is nearer to the scanner's middle counts
        double mm = from == -1e9 ? to == 1e9 ? 0 : to : to == 1e9 ? from : (from + to) / 2;
        return (int) Math.max(first, Math.min(last, Math.rint((mm - firstMm) / mmStep)));
    }

    double column(int row) {
        return slope * row + offset;
    }

    double slice(int row) {
        return firstSlice + sliceStep * row;
    }

    /** Length of a step × the part of it that is measured in the event's bin. */
    private float weight(int row) {
        return (float) (kernel.weight(bin, firstMm + mmStep * row) * step);
    }

    double integral(float[] image) {
        double sum = 0;
        int nz = geometry.grid().nz();
        for (int row = first; row <= last; row++) {
            double c = column(row);
            double z = slice(row);
            int left = (int) Math.floor(c);
            int below = (int) Math.floor(z);
            float right = (float) (c - left);
            float above = (float) (z - below);
            int at = row * rowStride + left * columnStride + below;
            float value = 0;
            if (left >= 0 && left < columns) {
                value += (1 - right) * pair(image, at, below, above, nz);
            }
            if (left >= -1 && left < columns - 1) {
                value += right * pair(image, at + columnStride, below, above, nz);
            }
            sum += value * weight(row);
        }
        return sum;
    }

    private static float pair(float[] image, int at, int below, float above, int nz) {
        float lower = below >= 0 && below < nz ? image[at] : 0;
        float upper = below >= -1 && below < nz - 1 ? image[at + 1] : 0;
        return (1 - above) * lower + above * upper;
    }

    void spread(float value, EventBox box) {
        int nz = geometry.grid().nz();
        for (int row = first; row <= last; row++) {
            double c = column(row);
            double z = slice(row);
            int left = (int) Math.floor(c);
            int below = (int) Math.floor(z);
            float right = (float) (c - left);
            float above = (float) (z - below);
            float part = value * weight(row);
            if (left >= 0 && left < columns) {
                box.add(alongY, row, left, below, above, (1 - right) * part, nz);
            }
            if (left >= -1 && left < columns - 1) {
                box.add(alongY, row, left + 1, below, above, right * part, nz);
            }
        }
    }
}
