package io.tomogrid.engine.cuda;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.PlaneGeometry;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import jcuda.Pointer;

/**
 * Joseph's line integrals on the device, with the same bits as {@link io.tomogrid.engine.projector.PlaneJoseph}, and where it has a
 * resolution as {@link io.tomogrid.engine.projector.BlurredProjector}: each sum has the same terms in the same order, rounded one
 * by one. Image and projections come and go with each call; within OSEM they stay ({@link CudaUpdates}).
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
        try (DeviceBuffer from = DeviceBuffer.upload(device, "image to project", image);
                DeviceBuffer which = DeviceBuffer.upload(device, "views", views);
                DeviceBuffer to = DeviceBuffer.allocate(device, "projections", bytes(projections))) {
            forward(from, which, views.length, to);
            to.download(Pointer.to(projections));
        }
    }

    @Override
    public void back(float[] projections, int[] views, float[] image) {
        check(image, views, projections);
        try (DeviceBuffer from = DeviceBuffer.upload(device, "projections", projections);
                DeviceBuffer which = DeviceBuffer.upload(device, "views", views);
                DeviceBuffer to = DeviceBuffer.allocate(device, "image", bytes(image))) {
            back(from, which, views.length, to);
            to.download(Pointer.to(image));
        }
    }

    private static long bytes(float[] values) {
        return (long) values.length * Float.BYTES;
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
        for (boolean alongY : new boolean[] {false, true}) {
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
