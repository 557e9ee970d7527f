package io.tomogrid.engine.cuda;

import io.tomogrid.engine.resample.IndexMap;
import io.tomogrid.engine.resample.Resampling;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import jcuda.Pointer;

/** The source stays on the device; the target is made as many slices at a time as fit beside it. */
final class CudaResampling implements Resampling {
    private final CudaDevice device;
    private final VolumeGeometry from;
    private final String unit;
    private final DeviceBuffer voxels;

    CudaResampling(CudaDevice device, Volume source) {
        this.device = device;
        this.from = source.geometry();
        this.unit = source.unit();
        this.voxels = DeviceBuffer.upload(device, "voxels of the source", source.voxels());
    }

    @Override
    public Volume onto(VolumeGeometry target, float outside) {
        IndexMap map = IndexMap.between(target, from);
        GridSize size = target.size();
        float[] out = new float[size.voxels()];
        int perSlice = size.nx() * size.ny();
        long sliceBytes = (long) perSlice * Float.BYTES;
        int slices = device.fitting(sliceBytes, size.nz());
        try (DeviceBuffer slab = DeviceBuffer.allocate(device, "slices of the target", slices * sliceBytes)) {
            for (int k = 0; k < size.nz(); k += slices) {
                GridSize part = new GridSize(size.nx(), size.ny(), Math.min(slices, size.nz() - k));
                device.kernels()
                        .launch(
                                "resample",
                                part.voxels(),
                                voxels.argument(),
                                Argument.of(from.size()),
                                Argument.of(map),
                                Argument.of(part),
                                Argument.ints(k),
                                Argument.real(outside),
                                slab.argument());
                slab.download(Pointer.to(out).withByteOffset(k * sliceBytes), part.nz() * sliceBytes);
            }
        }
        return new Volume(target, out, unit);
    }

    @Override
    public void close() {
        voxels.close();
    }
}
