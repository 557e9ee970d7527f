package io.tomogrid.engine.cuda;

import io.tomogrid.engine.projector.BlurredProjector;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;

/** The blur of {@link BlurredProjector} on the device, with the same bits. */
final class CudaBlur implements AutoCloseable {
    private final CudaDevice device;
    private final PetGrid grid;
    private final int acrossReach;
    private final int alongReach;
    private final List<DeviceBuffer> buffers = new ArrayList<>();
    private final DeviceBuffer across;
    private final DeviceBuffer along;
    private final DeviceBuffer first;
    private final DeviceBuffer second;

    /** @throws IllegalArgumentException unless the width is over 0 and at most 100 mm */
    CudaBlur(CudaDevice device, PetGrid grid, double fwhmMm) {
        this.device = device;
        this.grid = grid;
        float[] acrossKernel = BlurredProjector.kernel(fwhmMm, grid.voxelMm());
        float[] alongKernel = BlurredProjector.kernel(fwhmMm, grid.sliceMm());
        this.acrossReach = acrossKernel.length - 1;
        this.alongReach = alongKernel.length - 1;
        try {
            across = own(DeviceBuffer.upload(device, "resolution across", acrossKernel));
            along = own(DeviceBuffer.upload(device, "resolution along", alongKernel));
            first = own(DeviceBuffer.allocate(device, "blurred image", bytes(grid) / 2));
            second = own(DeviceBuffer.allocate(device, "image while it is blurred", bytes(grid) / 2));
        } catch (RuntimeException noRoom) {
            close();
            throw noRoom;
        }
    }

    private DeviceBuffer own(DeviceBuffer buffer) {
        buffers.add(buffer);
        return buffer;
    }

    /** Bytes on the device, to the kernels. */
    static long bytes(PetGrid grid) {
        return 2L * grid.voxels() * Float.BYTES;
    }

    /** @return the image blurred, until the next call */
    DeviceBuffer blurred(DeviceBuffer image) {
        along(image);
        pass(0, acrossReach, across, second, first);
        return first;
    }

    /** Blurs an image in its place. */
    void blur(DeviceBuffer image) {
        along(image);
        pass(0, acrossReach, across, second, image);
    }

    private void along(DeviceBuffer image) {
        pass(2, alongReach, along, image, first);
        pass(1, acrossReach, across, first, second);
    }

    private void pass(int axis, int reach, DeviceBuffer kernel, DeviceBuffer from, DeviceBuffer to) {
        Pointer size = Argument.ints(grid.nx(), grid.ny(), grid.nz());
        device.kernels()
                .launch(
                        "blur",
                        grid.voxels(),
                        size,
                        Argument.ints(axis),
                        Argument.ints(reach),
                        kernel.argument(),
                        from.argument(),
                        to.argument());
    }

    @Override
    public void close() {
        DeviceBuffer.closeAll(buffers);
    }
}
