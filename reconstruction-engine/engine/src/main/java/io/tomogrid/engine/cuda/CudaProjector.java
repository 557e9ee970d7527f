package io.tomogrid.engine.cuda;

import io.tomogrid.engine.mip.GreyRotation;
import io.tomogrid.engine.mip.Projector;
import io.tomogrid.engine.mip.Quantity;
import io.tomogrid.engine.mip.RotationGeometry;
import io.tomogrid.engine.resample.IndexMap;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import jcuda.Pointer;

/** The volume stays on the device; its nodes are made for as many rows at a time as fit beside it, mostly all. */
record CudaProjector(CudaDevice device) implements Projector {
    @Override
    public short[] project(Volume volume, Quantity quantity, RotationGeometry geometry) {
        IndexMap toVoxels = IndexMap.between(geometry.nodes(), volume.geometry());
        IndexMap toNodes = IndexMap.between(volume.geometry(), geometry.nodes());
        short[] pixels = new short[geometry.pixels()];
        Tables tables = Tables.of(geometry);
        try (DeviceBuffer voxels = DeviceBuffer.upload(device, "voxels to project", volume.voxels());
                DeviceBuffer alongX = DeviceBuffer.upload(device, "columns by x", tables.alongX);
                DeviceBuffer alongY = DeviceBuffer.upload(device, "columns by y", tables.alongY);
                DeviceBuffer directions = DeviceBuffer.upload(device, "directions", tables.directions);
                DeviceBuffer frames = DeviceBuffer.allocate(device, "frames", (long) pixels.length * Short.BYTES)) {
            long nodesOfRow = (long) geometry.columns() * geometry.columns();
            int rows = device.fitting(nodesOfRow * Integer.BYTES, geometry.rows());
            try (DeviceBuffer nodes =
                    DeviceBuffer.allocate(device, "nodes of a slab", rows * nodesOfRow * Integer.BYTES)) {
                for (int first = 0; first < geometry.rows(); first += rows) {
                    int count = Math.min(rows, geometry.rows() - first);
                    Pointer slab = Argument.ints(
                            geometry.reach(),
                            first,
                            count,
                            geometry.rows(),
                            geometry.projectedFrames(),
                            geometry.frames());
                    fill(
                            "sample_nodes",
                            count * nodesOfRow,
                            slab,
                            voxels,
                            volume.geometry(),
                            toVoxels,
                            quantity,
                            nodes);
                    fill(
                            "raise_nodes",
                            volume.voxels().length,
                            slab,
                            voxels,
                            volume.geometry(),
                            toNodes,
                            quantity,
                            nodes);
                    device.kernels()
                            .launch(
                                    "project_nodes",
                                    (long) geometry.projectedFrames() * count * geometry.columns(),
                                    slab,
                                    nodes.argument(),
                                    alongX.argument(),
                                    alongY.argument(),
                                    directions.argument(),
                                    frames.argument());
                }
            }
            frames.download(Pointer.to(pixels));
        }
        return pixels;
    }

    private void fill(
            String kernel,
            long items,
            Pointer slab,
            DeviceBuffer voxels,
            VolumeGeometry grid,
            IndexMap map,
            Quantity quantity,
            DeviceBuffer nodes) {
        device.kernels()
                .launch(
                        kernel,
                        items,
                        slab,
                        voxels.argument(),
                        Argument.of(grid.size()),
                        Argument.of(map),
                        Argument.real(quantity.zero()),
                        Argument.real(quantity.step()),
                        nodes.argument());
    }

    @Override
    public byte[] blend(GreyRotation pet, GreyRotation ct) {
        byte[] rgb = new byte[3 * pet.geometry().pixels()];
        try (DeviceBuffer petPixels = DeviceBuffer.upload(device, "frames of the PET", pet.pixels());
                DeviceBuffer ctPixels = DeviceBuffer.upload(device, "frames of the CT", ct.pixels());
                DeviceBuffer petLevels = DeviceBuffer.upload(device, "levels of the PET", pet.levels());
                DeviceBuffer ctLevels = DeviceBuffer.upload(device, "levels of the CT", ct.levels());
                DeviceBuffer colours = DeviceBuffer.allocate(device, "frames in colour", rgb.length)) {
            device.kernels()
                    .launch(
                            "blend",
                            pet.pixels().length,
                            petPixels.argument(),
                            ctPixels.argument(),
                            petLevels.argument(),
                            ctLevels.argument(),
                            colours.argument());
            colours.download(Pointer.to(rgb));
        }
        return rgb;
    }

    /** Per projected frame: what a node's place along x and y adds to its column, and the frame's direction. */
    private record Tables(double[] alongX, double[] alongY, double[] directions) {
        static Tables of(RotationGeometry geometry) {
            int frames = geometry.projectedFrames();
            int columns = geometry.columns();
            double[] alongX = new double[frames * columns];
            double[] alongY = new double[frames * columns];
            double[] directions = new double[2 * frames];
            for (int frame = 0; frame < frames; frame++) {
                Vec3 direction = geometry.columnDirection(frame);
                directions[2 * frame] = direction.x();
                directions[2 * frame + 1] = direction.y();
                for (int node = 0; node < columns; node++) {
                    alongX[frame * columns + node] = geometry.alongX(direction, node);
                    alongY[frame * columns + node] = geometry.alongY(direction, node);
                }
            }
            return new Tables(alongX, alongY, directions);
        }
    }
}
