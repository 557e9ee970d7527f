package io.tomogrid.engine.cuda;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.PlaneGeometry;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import jcuda.Pointer;

/** The tables of a scanner and a grid on the device, and kernels that are launched with them. */
final class CudaGeometry implements AutoCloseable {
    private final CudaDevice device;
    private final PlaneGeometry geometry;
    private final int chunksOfLine;
    private final List<DeviceBuffer> buffers = new ArrayList<>();
    private final Pointer[] tables;
    private final DeviceBuffer chunks;
    private final DeviceBuffer[] crossing;

    /** @param parallel for the tables */
    CudaGeometry(CudaDevice device, PlaneGeometry geometry, Parallel parallel) {
        this.device = device;
        this.geometry = geometry;
        JosephTables made = JosephTables.of(geometry, parallel);
        this.chunksOfLine = made.chunks().length / 2;
        try {
            tables = new Pointer[] {
                own(DeviceBuffer.upload(device, "courses of the lines", made.courses()))
                        .argument(),
                own(DeviceBuffer.upload(device, "rows of the lines", made.rows()))
                        .argument(),
                own(DeviceBuffer.upload(device, "steps of the lines", made.steps()))
                        .argument(),
                own(DeviceBuffer.upload(device, "slices of the segments", made.slices()))
                        .argument(),
                own(DeviceBuffer.upload(device, "planes of the segments", made.planes()))
                        .argument()
            };
            chunks = own(DeviceBuffer.upload(device, "chunks of planes", made.chunks()));
            crossing = new DeviceBuffer[] {
                own(DeviceBuffer.upload(device, "lines that cross rows in x", made.crossing()[0])),
                own(DeviceBuffer.upload(device, "lines that cross rows in y", made.crossing()[1]))
            };
        } catch (RuntimeException noRoom) {
            close();
            throw noRoom;
        }
    }

    /** Closes it with this. */
    DeviceBuffer own(DeviceBuffer buffer) {
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

    CylindricalScanner scanner() {
        return geometry.scanner();
    }

    PetGrid grid() {
        return geometry.grid();
    }

    int chunksOfLine() {
        return chunksOfLine;
    }

    DeviceBuffer chunks() {
        return chunks;
    }

    /** Radial bins that may cross tiles of rows in y, or in x. */
    DeviceBuffer crossing(boolean alongY) {
        return crossing[alongY ? 1 : 0];
    }

    /** [planes of a line][2]: segment, plane within it. */
    int[] ofPlanes() {
        int[] ofPlanes = new int[2 * scanner().planes()];
        int at = 0;
        for (int s = 0; s < scanner().segments().size(); s++) {
            AxialSegment segment = scanner().segments().get(s);
            for (int plane = 0; plane < segment.planes(); plane++) {
                ofPlanes[at++] = s;
                ofPlanes[at++] = plane;
            }
        }
        return ofPlanes;
    }

    /** Threads for all tiles of the rows in one direction. */
    long threadsOfTiles(boolean alongY) {
        int rows = alongY ? grid().ny() : grid().nx();
        return (long) rows * JosephTables.tiles(grid(), alongY) * JosephTables.threadsOfTile(grid());
    }

    /** @param views that are projected @param last what comes after the tables */
    void launch(String kernel, long items, int views, Pointer... last) {
        Pointer scan = Argument.ints(
                grid().nx(),
                grid().ny(),
                grid().nz(),
                scanner().radialBins(),
                scanner().segments().size(),
                scanner().planes(),
                chunksOfLine,
                views);
        Pointer[] all = Stream.of(Stream.of(scan), Arrays.stream(tables), Arrays.stream(last))
                .flatMap(part -> part)
                .toArray(Pointer[]::new);
        device.kernels().launch(kernel, items, all);
    }

    @Override
    public void close() {
        DeviceBuffer.closeAll(buffers);
    }
}
