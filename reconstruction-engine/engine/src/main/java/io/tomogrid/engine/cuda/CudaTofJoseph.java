package io.tomogrid.engine.cuda;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.PlaneGeometry;
import io.tomogrid.engine.projector.TofProjector;
import io.tomogrid.engine.projector.TofTables;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.TofBins;
import java.util.Arrays;
import java.util.stream.Stream;
import jcuda.Pointer;

/**
 * {@link io.tomogrid.engine.projector.TofPlaneJoseph} on the device, with the same bits. Projections come and go in as many views
 * at a time as fit beside the image.
 */
final class CudaTofJoseph implements TofProjector {
    private final CudaDevice device;
    private final int bins;
    private final CudaGeometry geometry;
    private final CudaTof tof;
    private final DeviceBuffer lengths;
    private final DeviceBuffer ofPlanes;

    /** @throws IllegalArgumentException unless the grid's slices are half a ring pitch apart */
    CudaTofJoseph(CudaDevice device, CylindricalScanner scanner, PetGrid grid, TofBins bins, Parallel parallel) {
        this.device = device;
        this.bins = bins.count();
        PlaneGeometry planes = new PlaneGeometry(scanner, grid);
        this.geometry = new CudaGeometry(device, planes, parallel);
        try {
            tof = new CudaTof(device, geometry, TofTables.of(bins));
            lengths = geometry.own(DeviceBuffer.upload(device, "lengths of the lines", TofTables.lengths(planes)));
            ofPlanes = geometry.own(DeviceBuffer.upload(device, "segments of the planes", geometry.ofPlanes()));
        } catch (RuntimeException noRoom) {
            close();
            throw noRoom;
        }
    }

    @Override
    public int values(int views) {
        return Math.multiplyExact(views, valuesOfView());
    }

    private int valuesOfView() {
        return Math.multiplyExact(
                geometry.scanner().radialBins() * geometry.scanner().planes(), bins);
    }

    @Override
    public void forward(float[] image, int[] views, float[] projections) {
        check(image, views, projections);
        long ofView = (long) valuesOfView() * Float.BYTES;
        try (DeviceBuffer from = DeviceBuffer.upload(device, "image to project", image)) {
            int some = device.fitting(ofView, views.length);
            try (DeviceBuffer to = DeviceBuffer.allocate(device, "projections by time of flight", some * ofView)) {
                for (int first = 0; first < views.length; first += some) {
                    int count = Math.min(some, views.length - first);
                    long items = (long) count
                            * geometry.scanner().radialBins()
                            * geometry.scanner().planes();
                    launch("project_tof", items, views, first, count, from.argument(), to.argument());
                    to.download(Pointer.to(projections).withByteOffset(first * ofView), count * ofView);
                }
            }
        }
    }

    @Override
    public void back(float[] projections, int[] views, float[] image) {
        check(image, views, projections);
        long ofView = (long) valuesOfView() * Float.BYTES;
        try (DeviceBuffer to = DeviceBuffer.allocate(device, "image", (long) image.length * Float.BYTES)) {
            to.zero();
            int some = device.fitting(ofView, views.length);
            try (DeviceBuffer from = DeviceBuffer.allocate(device, "projections by time of flight", some * ofView)) {
                // as on the processors: all lines of rows in x first
                for (boolean alongY : new boolean[] {false, true}) {
                    for (int first = 0; first < views.length; first += some) {
                        int count = Math.min(some, views.length - first);
                        if (!alongY || some < views.length) {
                            from.fill(Pointer.to(projections).withByteOffset(first * ofView), count * ofView);
                        }
                        launch(
                                "back_project_tof",
                                geometry.threadsOfTiles(alongY),
                                views,
                                first,
                                count,
                                Argument.ints(alongY ? 1 : 0),
                                geometry.crossing(alongY).argument(),
                                from.argument(),
                                to.argument());
                    }
                }
            }
            to.download(Pointer.to(image));
        }
    }

    private void launch(String kernel, long items, int[] views, int first, int count, Pointer... last) {
        int[] some = Arrays.copyOfRange(views, first, first + count);
        try (DeviceBuffer which = DeviceBuffer.upload(device, "views", some)) {
            Pointer[] after = Stream.concat(
                            Stream.of(lengths.argument(), ofPlanes.argument(), which.argument()), Arrays.stream(last))
                    .toArray(Pointer[]::new);
            geometry.launch(kernel, items, count, tof.between(Stream.of(Argument.ints(bins)), after));
        }
    }

    private void check(float[] image, int[] views, float[] projections) {
        int voxels = geometry.grid().voxels();
        if (image.length != voxels || projections.length != values(views.length)) {
            throw new IllegalArgumentException("projector: expected " + voxels + " voxels and " + values(views.length)
                    + " projections, got " + image.length + " and " + projections.length);
        }
        for (int view : views) {
            if (view < 0 || view >= geometry.scanner().views()) {
                throw new IllegalArgumentException(
                        "projector: expected views 0 to " + (geometry.scanner().views() - 1) + ", got " + view);
            }
        }
    }

    @Override
    public void close() {
        geometry.close();
    }
}
