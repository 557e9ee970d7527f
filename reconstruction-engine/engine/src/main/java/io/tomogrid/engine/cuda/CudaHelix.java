package io.tomogrid.engine.cuda;

import io.tomogrid.engine.ct.HelixTables;
import io.tomogrid.engine.ct.WeightedFbp;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.CurvedScan;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jcuda.Pointer;

/**
 * {@link WeightedFbp} on the device, with the same bits, from the rebinned views on. The views of some angles θ come at a time,
 * are filtered, and their averages added to the image, which stays; if it does not fit, its rows are made in slabs.
 */
final class CudaHelix {
    private final CudaDevice device;
    private final HelixTables tables;
    private final CtGrid grid;
    private final int half;
    private final int valuesOfView;
    private final Pointer millimetres;
    /** Of each θ, in the order in which the processors add them. */
    private final List<List<View>> views = new ArrayList<>();

    private final int mostOfTheta;

    /** @param spot number of the part @param number within the part */
    private record View(int spot, int number) {}

    /** What stays on the device while slabs and blocks come and go. */
    private record Fixed(
            DeviceBuffer x,
            DeviceBuffer y,
            DeviceBuffer inside,
            DeviceBuffer spots,
            DeviceBuffer lengths,
            DeviceBuffer weights) {}

    CudaHelix(CudaDevice device, HelixTables tables, CurvedScan scan, CtGrid grid) {
        this.device = device;
        this.tables = tables;
        this.grid = grid;
        this.half = tables.perTurn() / 2;
        this.valuesOfView = tables.bins() * tables.rows();
        this.millimetres = Pointer.to(new double[] {
            tables.firstT(),
            tables.stepT(),
            scan.detector().rowMm(),
            scan.detector().centralRow(),
            grid.z(0),
            grid.sliceMm()
        });
        for (int theta = 0; theta < half; theta++) {
            List<View> ofTheta = new ArrayList<>();
            for (int spot = 0; spot < tables.parts().size(); spot++) {
                HelixTables.Part part = tables.parts().get(spot);
                int start = Math.floorMod(theta - part.firstView(), half);
                for (int view = start; view < part.views().length; view += half) {
                    ofTheta.add(new View(spot, view));
                }
            }
            views.add(ofTheta);
        }
        this.mostOfTheta = Math.max(1, views.stream().mapToInt(List::size).max().orElse(1));
    }

    WeightedFbp.Image reconstruct() {
        float[] image = new float[grid.voxels()];
        int[] seen = new int[grid.voxels()];
        int block = thetasOfBlock();
        int blocks = (half + block - 1) / block;
        try (Feed feed = new Feed(device, "views", block * mostOfTheta * valuesOfView);
                CudaRamp ramp =
                        new CudaRamp(device, tables.ramp(), tables.bins(), tables.rows(), block * mostOfTheta)) {
            ImageSlabs slabs = ImageSlabs.fitting(device, grid, Float.BYTES + Integer.BYTES);
            try (DeviceBuffer x = DeviceBuffer.upload(device, "x of the voxels", slabs.x());
                    DeviceBuffer y = DeviceBuffer.upload(device, "y of the voxels", slabs.y());
                    DeviceBuffer inside = DeviceBuffer.upload(device, "field of view", tables.inside());
                    DeviceBuffer spots = DeviceBuffer.upload(device, "places of the focal spot", spots());
                    DeviceBuffer lengths = DeviceBuffer.upload(device, "lengths of the rays", lengths());
                    DeviceBuffer weights = DeviceBuffer.upload(device, "weights of the rows", tables.weights());
                    DeviceBuffer voxels = DeviceBuffer.allocate(device, "image", slabs.voxels() * Float.BYTES);
                    DeviceBuffer counts =
                            DeviceBuffer.allocate(device, "angles seen", slabs.voxels() * Integer.BYTES)) {
                Fixed fixed = new Fixed(x, y, inside, spots, lengths, weights);
                for (int row = 0; row < grid.ny(); row += slabs.rows()) {
                    int first = row;
                    voxels.zero();
                    counts.zero();
                    feed.each(blocks, (n, into) -> gather(ofBlock(n, block), into), (n, values) -> {
                        List<View> some = ofBlock(n, block);
                        ramp.apply(values, some.size());
                        add(n * block, block, some, values, slabs, first, fixed, voxels, counts);
                    });
                    slabs.download(voxels, first, Pointer.to(image));
                    slabs.download(counts, first, Pointer.to(seen));
                }
            }
        }
        return finished(image, seen);
    }

    private int thetasOfBlock() {
        long floats = (long) mostOfTheta * valuesOfView;
        long bytes = Feed.bytes(floats) + mostOfTheta * CudaRamp.bytesOfView(tables.ramp(), tables.rows());
        long most = Math.max(1, Feed.MOST_BYTES / (floats * Float.BYTES));
        return device.fitting(4 * bytes, (int) Math.min(most, half));
    }

    private List<View> ofBlock(int number, int block) {
        return views.subList(number * block, Math.min(half, (number + 1) * block)).stream()
                .flatMap(List::stream)
                .toList();
    }

    private void gather(List<View> some, FloatBuffer into) {
        for (View view : some) {
            into.put(tables.parts().get(view.spot).views()[view.number]);
        }
    }

    private double[] spots() {
        return tables.parts().stream()
                .flatMapToDouble(part -> Arrays.stream(new double[] {part.sourceMm(), part.spotMm()}))
                .toArray();
    }

    private double[] lengths() {
        return tables.parts().stream()
                .flatMapToDouble(part -> Arrays.stream(part.lengthMm()))
                .toArray();
    }

    private void add(
            int firstTheta,
            int block,
            List<View> some,
            DeviceBuffer values,
            ImageSlabs slabs,
            int firstRow,
            Fixed fixed,
            DeviceBuffer voxels,
            DeviceBuffer counts) {
        int thetas = Math.min(half, firstTheta + block) - firstTheta;
        int[] starts = new int[thetas + 1];
        for (int n = 0; n < thetas; n++) {
            starts[n + 1] = starts[n] + views.get(firstTheta + n).size();
        }
        int[] spotOf = new int[some.size()];
        double[] directions = new double[2 * some.size()];
        float[] spotZ = new float[some.size() * tables.bins()];
        for (int n = 0; n < some.size(); n++) {
            View view = some.get(n);
            HelixTables.Part part = tables.parts().get(view.spot);
            spotOf[n] = view.spot;
            double[] direction = tables.directions()[Math.floorMod(part.firstView() + view.number, tables.perTurn())];
            System.arraycopy(direction, 0, directions, 2 * n, 2);
            System.arraycopy(part.spotZ()[view.number], 0, spotZ, n * tables.bins(), tables.bins());
        }
        try (DeviceBuffer begin = DeviceBuffer.upload(device, "views of the angles", starts);
                DeviceBuffer of = DeviceBuffer.upload(device, "spots of the views", spotOf);
                DeviceBuffer turned = DeviceBuffer.upload(device, "directions of the views", directions);
                DeviceBuffer z = DeviceBuffer.upload(device, "z of the views", spotZ)) {
            device.kernels()
                    .launch(
                            "back_project_helix",
                            slabs.threads(firstRow),
                            Argument.ints(tables.bins(), tables.rows(), thetas),
                            millimetres,
                            slabs.argument(firstRow),
                            begin.argument(),
                            of.argument(),
                            turned.argument(),
                            fixed.spots.argument(),
                            fixed.lengths.argument(),
                            z.argument(),
                            fixed.weights.argument(),
                            values.argument(),
                            fixed.x.argument(),
                            fixed.y.argument(),
                            fixed.inside.argument(),
                            voxels.argument(),
                            counts.argument());
        }
    }

    /** Sums become integrals over θ; what no view sees is no number; slices with voxels that lack a θ are incomplete. */
    private WeightedFbp.Image finished(float[] image, int[] seen) {
        float step = (float) (Math.PI / half);
        boolean[] complete = new boolean[grid.nz()];
        Arrays.fill(complete, true);
        for (int n = 0; n < image.length; n++) {
            if (tables.inside()[n / grid.nz()] == 0) {
                image[n] = Float.NaN;
            } else {
                image[n] *= step;
                complete[n % grid.nz()] &= seen[n] >= half;
            }
        }
        return new WeightedFbp.Image(image, complete);
    }
}
