package io.tomogrid.engine.projector;

import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetGrid;

/** The way of one event after another over a grid, clipped to where it may have happened; the scratch of one thread. */
final class EventRay {
    /** Of a voxel: nearer to the grid's edge a row is looked at. */
    private static final double EDGE = 1e-4;

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
    private float[] table;
    private double place;
    private double placeStep;
    /** Rows where all four voxels are inside. */
    private int insideFirst;

    private int insideLast;

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
        table = kernel.table(bin);
        place = kernel.place(bin) + kernel.placePerMm() * firstMm;
        placeStep = kernel.placePerMm() * mmStep;
        inside(grid.nz());
    }

    /** The rows of the loops that need not look where they are. */
    private void inside(int nz) {
        double low = first;
        double high = last;
        for (boolean columnsToo : new boolean[] {false, true}) {
            double from = columnsToo ? offset : firstSlice;
            double by = columnsToo ? slope : sliceStep;
            double end = (columnsToo ? columns : nz) - 1 - EDGE;
            if (Math.abs(by) > EDGE) {
                low = Math.max(low, Math.ceil(Math.min(-from / by, (end - from) / by)));
                high = Math.min(high, Math.floor(Math.max(-from / by, (end - from) / by)));
            } else if (from < EDGE || from > end - EDGE) {
                high = low - 1;
            }
        }
        if (high < low) {
            low = last + 1.0;
            high = last;
        }
        insideFirst = (int) low;
        insideLast = (int) high;
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
        return TofKernel.at(table, place + placeStep * row) * step;
    }

    double integral(float[] image) {
        double sum = atEdge(image, first, insideFirst - 1);
        for (int row = insideFirst; row <= insideLast; row++) {
            double c = slope * row + offset;
            double z = firstSlice + sliceStep * row;
            int left = (int) c;
            int below = (int) z;
            float right = (float) (c - left);
            float above = (float) (z - below);
            int at = row * rowStride + left * columnStride + below;
            int next = at + columnStride;
            float lower = image[at] + right * (image[next] - image[at]);
            float upper = image[at + 1] + right * (image[next + 1] - image[at + 1]);
            sum += (lower + above * (upper - lower)) * weight(row);
        }
        return sum + atEdge(image, insideLast + 1, last);
    }

    private double atEdge(float[] image, int from, int to) {
        double sum = 0;
        int nz = geometry.grid().nz();
        for (int row = from; row <= to; row++) {
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
        spreadAtEdge(value, box, first, insideFirst - 1);
        float[] out = box.values();
        int ofRow = box.rowStride(alongY);
        int ofColumn = box.columnStride(alongY);
        int start = box.start();
        for (int row = insideFirst; row <= insideLast; row++) {
            double c = slope * row + offset;
            double z = firstSlice + sliceStep * row;
            int left = (int) c;
            int below = (int) z;
            float right = (float) (c - left);
            float above = (float) (z - below);
            int at = start + row * ofRow + left * ofColumn + below;
            int next = at + ofColumn;
            float part = value * weight(row);
            float ofRight = right * part;
            float ofLeft = part - ofRight;
            float aboveLeft = above * ofLeft;
            float aboveRight = above * ofRight;
            out[at] += ofLeft - aboveLeft;
            out[at + 1] += aboveLeft;
            out[next] += ofRight - aboveRight;
            out[next + 1] += aboveRight;
        }
        spreadAtEdge(value, box, insideLast + 1, last);
    }

    private void spreadAtEdge(float value, EventBox box, int from, int to) {
        int nz = geometry.grid().nz();
        for (int row = from; row <= to; row++) {
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
