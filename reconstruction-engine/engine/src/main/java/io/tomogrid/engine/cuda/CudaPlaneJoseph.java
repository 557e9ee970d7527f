package io.tomogrid.engine.cuda;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.PlaneGeometry;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import jcuda.Pointer;

/**
 * Joseph's line integrals on the device, with the same bits as {@link io.tomogrid.engine.projector.PlaneJoseph}: each sum has
 * the same terms in the same order, rounded one by one. Image and projections come and go with each call; within OSEM they stay
 * ({@link CudaUpdates}).
 */
final class CudaPlaneJoseph implements Projector {
    private final CudaDevice device;
    private final CylindricalScanner scanner;
    private final PetGrid grid;
    private final int chunksOfLine;
    private final List<DeviceBuffer> buffers = new ArrayList<>();
    private final Pointer[] arguments;
    private final DeviceBuffer chunks;
    private final DeviceBuffer[] crossing;

    /**
     * @param parallel for the tables
     * @throws IllegalArgumentException unless the grid's slices are half a ring pitch apart
     */
    CudaPlaneJoseph(CudaDevice device, CylindricalScanner scanner, PetGrid grid, Parallel parallel) {
        this.device = device;
        this.scanner = scanner;
        this.grid = grid;
        JosephTables tables = JosephTables.of(new PlaneGeometry(scanner, grid), parallel);
        this.chunksOfLine = tables.chunks().length / 2;
        try {
            arguments = new Pointer[] {
                own(DeviceBuffer.upload(device, "courses of the lines", tables.courses()))
                        .argument(),
                own(DeviceBuffer.upload(device, "rows of the lines", tables.rows()))
                        .argument(),
                own(DeviceBuffer.upload(device, "steps of the lines", tables.steps()))
                        .argument(),
                own(DeviceBuffer.upload(device, "slices of the segments", tables.slices()))
                        .argument(),
                own(DeviceBuffer.upload(device, "planes of the segments", tables.planes()))
                        .argument()
            };
            chunks = own(DeviceBuffer.upload(device, "chunks of planes", tables.chunks()));
            crossing = new DeviceBuffer[] {
                own(DeviceBuffer.upload(device, "lines that cross rows in x", tables.crossing()[0])),
                own(DeviceBuffer.upload(device, "lines that cross rows in y", tables.crossing()[1]))
            };
        } catch (RuntimeException noRoom) {
            close();
            throw noRoom;
        }
    }

    private DeviceBuffer own(DeviceBuffer buffer) {
        buffers.add(buffer);
        return buffer;
    }

    /** Bytes that the tables of a scanner and a grid take on the device, to a few hundred. */
    static long bytes(CylindricalScanner scanner, PetGrid grid) {
        long ofLine =
                4 * Double.BYTES + 3 * Integer.BYTES + (long) scanner.segments().size() * Float.BYTES;
        long ofView =
                (long) grid.nx() * JosephTables.tiles(grid, false) + (long) grid.ny() * JosephTables.tiles(grid, true);
        return scanner.lines() * ofLine + scanner.views() * ofView * Integer.BYTES;
    }

    @Override
    public CylindricalScanner scanner() {
        return scanner;
    }

    @Override
    public PetGrid grid() {
        return grid;
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
        long items = (long) count * scanner.radialBins() * chunksOfLine * Kernels.LANES;
        launch("project_planes", items, count, views, chunks.argument(), image.argument(), projections.argument());
    }

    /** @param image OVERWRITTEN */
    void back(DeviceBuffer projections, DeviceBuffer views, int count, DeviceBuffer image) {
        for (boolean alongY : new boolean[] {false, true}) {
            int rows = alongY ? grid.ny() : grid.nx();
            long items = (long) rows * JosephTables.tiles(grid, alongY) * JosephTables.threadsOfTile(grid);
            launch(
                    "back_project_tiles",
                    items,
                    count,
                    views,
                    Argument.ints(alongY ? 1 : 0),
                    crossing[alongY ? 1 : 0].argument(),
                    projections.argument(),
                    image.argument());
        }
    }

    private void launch(String kernel, long items, int views, DeviceBuffer which, Pointer... last) {
        Pointer scan = Argument.ints(
                grid.nx(),
                grid.ny(),
                grid.nz(),
                scanner.radialBins(),
                scanner.segments().size(),
                scanner.planes(),
                chunksOfLine,
                views);
        Pointer[] all = Stream.of(
                        Stream.of(scan), Arrays.stream(arguments), Stream.of(which.argument()), Arrays.stream(last))
                .flatMap(part -> part)
                .toArray(Pointer[]::new);
        device.kernels().launch(kernel, items, all);
    }

    @Override
    public void close() {
        DeviceBuffer.closeAll(buffers);
    }
}
