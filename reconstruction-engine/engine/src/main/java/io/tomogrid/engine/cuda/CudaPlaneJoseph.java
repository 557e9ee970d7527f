package io.tomogrid.engine.cuda;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.PlaneGeometry;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Arrays;
import jcuda.Pointer;

/**
 * Joseph's line integrals on the device, with the same bits as {@link io.tomogrid.engine.projector.PlaneJoseph}, and where it has a
 * resolution as {@link io.tomogrid.engine.projector.BlurredProjector}: each sum has the same terms in the same order, rounded one
 * by one. Image and projections come and go with each call, in as many views at a time as fit; within OSEM they stay ({@link CudaUpdates}).
 */
final class CudaPlaneJoseph implements Projector {
    private final CudaDevice device;
    private final CudaGeometry geometry;
    /** Null without a resolution. */
    private final CudaBlur blur;

    /**
     * @param fwhmMm of the resolution, 0 for none @param parallel for the tables
     * @throws IllegalArgumentException unless the grid's slices are half a ring pitch apart
     */
    CudaPlaneJoseph(CudaDevice device, CylindricalScanner scanner, PetGrid grid, double fwhmMm, Parallel parallel) {
        this.device = device;
        PlaneGeometry planes = new PlaneGeometry(scanner, grid);
        this.blur = fwhmMm == 0 ? null : new CudaBlur(device, grid, fwhmMm);
        try {
            this.geometry = new CudaGeometry(device, planes, parallel);
        } catch (RuntimeException noRoom) {
            closeBlur();
            throw noRoom;
        }
    }

    /** Bytes that it takes on the device, to a few hundred. */
    static long bytes(CylindricalScanner scanner, PetGrid grid, double fwhmMm) {
        return CudaGeometry.bytes(scanner, grid) + (fwhmMm == 0 ? 0 : CudaBlur.bytes(grid));
    }

    @Override
    public CylindricalScanner scanner() {
        return geometry.scanner();
    }

    @Override
    public PetGrid grid() {
        return geometry.grid();
    }

    @Override
    public void forward(float[] image, int[] views, float[] projections) {
        check(image, views, projections);
        long ofView = bytesOfView();
        try (DeviceBuffer from = DeviceBuffer.upload(device, "image to project", image)) {
            int some = device.fitting(ofView, views.length);
            try (DeviceBuffer to = DeviceBuffer.allocate(device, "projections", some * ofView)) {
                for (int first = 0; first < views.length; first += some) {
                    int count = Math.min(some, views.length - first);
                    try (DeviceBuffer which = part(views, first, count)) {
                        forward(from, which, count, to);
                    }
                    to.download(Pointer.to(projections).withByteOffset(first * ofView), count * ofView);
                }
            }
        }
    }

    @Override
    public void back(float[] projections, int[] views, float[] image) {
        check(image, views, projections);
        long ofView = bytesOfView();
        try (DeviceBuffer to = DeviceBuffer.allocate(device, "image", (long) image.length * Float.BYTES)) {
            to.zero();
            int some = device.fitting(ofView, views.length);
            try (DeviceBuffer from = DeviceBuffer.allocate(device, "projections", some * ofView)) {
                for (boolean alongY : new boolean[] {false, true}) {
                    for (int first = 0; first < views.length; first += some) {
                        int count = Math.min(some, views.length - first);
                        if (!alongY || some < views.length) {
                            from.fill(Pointer.to(projections).withByteOffset(first * ofView), count * ofView);
                        }
                        try (DeviceBuffer which = part(views, first, count)) {
                            add(from, which, count, alongY, to);
                        }
                    }
                }
            }
            blur(to);
            to.download(Pointer.to(image));
        }
    }

    private long bytesOfView() {
        return (long) scanner().radialBins() * scanner().planes() * Float.BYTES;
    }

    private DeviceBuffer part(int[] views, int first, int count) {
        return DeviceBuffer.upload(device, "views", Arrays.copyOfRange(views, first, first + count));
    }

    /** @param views numbers of views @param count how many @param projections OVERWRITTEN */
    void forward(DeviceBuffer image, DeviceBuffer views, int count, DeviceBuffer projections) {
        DeviceBuffer seen = blur == null ? image : blur.blurred(image);
        long items = (long) count * scanner().radialBins() * geometry.chunksOfLine() * Kernels.LANES;
        geometry.launch(
                "project_planes",
                items,
                count,
                views.argument(),
                geometry.chunks().argument(),
                seen.argument(),
                projections.argument());
    }

    /** @param image OVERWRITTEN */
    void back(DeviceBuffer projections, DeviceBuffer views, int count, DeviceBuffer image) {
        image.zero();
        add(projections, views, count, false, image);
        add(projections, views, count, true, image);
        blur(image);
    }

    /** Of the lines whose rows are counted in one direction; as on the processors, all those in x come first. */
    private void add(DeviceBuffer projections, DeviceBuffer views, int count, boolean alongY, DeviceBuffer image) {
        geometry.launch(
                "back_project_tiles",
                geometry.threadsOfTiles(alongY),
                count,
                views.argument(),
                Argument.ints(alongY ? 1 : 0),
                geometry.crossing(alongY).argument(),
                projections.argument(),
                image.argument());
    }

    private void blur(DeviceBuffer image) {
        if (blur != null) {
            blur.blur(image);
        }
    }

    private void closeBlur() {
        if (blur != null) {
            blur.close();
        }
    }

    @Override
    public void close() {
        try {
            geometry.close();
        } finally {
            closeBlur();
        }
    }
}
