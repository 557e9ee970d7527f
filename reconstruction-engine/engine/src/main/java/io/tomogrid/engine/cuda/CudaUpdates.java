package io.tomogrid.engine.cuda;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.osem.SubsetUpdates;
import io.tomogrid.engine.osem.Subsets;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import jcuda.Pointer;

/**
 * On the device, with the same bits as on the processors. The image stays there from {@link #begin} to {@link #end}. As many
 * subsets as fit keep their data there too, those that come first; the others' come again for each of their updates.
 */
final class CudaUpdates implements SubsetUpdates {
    private final CudaDevice device;
    private final Subsets subsets;
    private final CudaPlaneJoseph projector;
    private final List<DeviceBuffer> buffers = new ArrayList<>();
    private final DeviceBuffer image;
    private final DeviceBuffer correction;
    private final DeviceBuffer projections;
    private final Part[] kept;
    /** Sensitivities of subsets that are not kept on the device. */
    private final float[][] away;

    private int room;

    /** What one subset has on the device. */
    private record Part(
            DeviceBuffer views,
            DeviceBuffer counts,
            DeviceBuffer factors,
            DeviceBuffer additive,
            DeviceBuffer sensitivity,
            float least) {
        List<DeviceBuffer> buffers() {
            return new ArrayList<>(List.of(views, counts, factors, additive, sensitivity));
        }
    }

    /** @param fwhmMm of the resolution, 0 for none @throws CudaException if not even one subset fits; the message says what a slice must have */
    CudaUpdates(CudaDevice device, Subsets subsets, PetGrid grid, double fwhmMm, Parallel parallel) {
        this.device = device;
        this.subsets = subsets;
        this.kept = new Part[subsets.count()];
        this.away = new float[subsets.count()][];
        long imageBytes = (long) grid.voxels() * Float.BYTES;
        long binBytes = (long) subsets.bins() * Float.BYTES;
        long ofPart = 2 * binBytes + binBytes / subsets.data().binsPerAdditive() + imageBytes;
        long always = CudaPlaneJoseph.bytes(subsets.scanner(), grid, fwhmMm) + 2 * imageBytes + binBytes;
        device.require(
                "OSEM on " + grid.nx() + " x " + grid.ny() + " x " + grid.nz() + " voxels with " + subsets.bins()
                        + " lines of response in each of " + subsets.count() + " subsets",
                always + ofPart);
        this.projector = new CudaPlaneJoseph(device, subsets.scanner(), grid, fwhmMm, parallel);
        try {
            image = own(DeviceBuffer.allocate(device, "image of OSEM", imageBytes));
            correction = own(DeviceBuffer.allocate(device, "correction of OSEM", imageBytes));
            projections = own(DeviceBuffer.allocate(device, "projections of a subset", binBytes));
            // one more than are kept must fit, for the others
            room = device.fitting(ofPart, subsets.count() + 1) - 1;
        } catch (RuntimeException noRoom) {
            close();
            throw noRoom;
        }
    }

    private DeviceBuffer own(DeviceBuffer buffer) {
        buffers.add(buffer);
        return buffer;
    }

    @Override
    public Subsets subsets() {
        return subsets;
    }

    @Override
    public Projector projector() {
        return projector;
    }

    @Override
    public float[] sensitivity(int subset) {
        float[] values = new float[projector.grid().voxels()];
        with(subset, part -> part.sensitivity.download(Pointer.to(values)));
        return values;
    }

    @Override
    public void begin(float[] image) {
        this.image.fill(Pointer.to(image));
    }

    @Override
    public void update(int subset) {
        int views = subsets.views()[subset].length;
        with(subset, part -> {
            projector.forward(image, part.views, views, projections);
            device.kernels()
                    .launch(
                            "osem_ratio",
                            subsets.bins(),
                            part.counts.argument(),
                            part.factors.argument(),
                            part.additive.argument(),
                            Argument.ints(subsets.data().binsPerAdditive()),
                            projections.argument());
            projector.back(projections, part.views, views, correction);
            device.kernels()
                    .launch(
                            "osem_update",
                            projector.grid().voxels(),
                            correction.argument(),
                            part.sensitivity.argument(),
                            Argument.real(part.least),
                            image.argument());
        });
    }

    @Override
    public void end(float[] image) {
        this.image.download(Pointer.to(image));
    }

    private void with(int subset, Consumer<Part> work) {
        if (kept[subset] == null && room > 0) {
            kept[subset] = load(subset, true);
            room--;
        }
        if (kept[subset] != null) {
            work.accept(kept[subset]);
            return;
        }
        Part passing = load(subset, false);
        try {
            work.accept(passing);
        } finally {
            DeviceBuffer.closeAll(passing.buffers());
        }
    }

    private Part load(int subset, boolean toKeep) {
        List<DeviceBuffer> made = new ArrayList<>();
        try {
            DeviceBuffer views = upload(made, "views of a subset", subsets.views()[subset]);
            DeviceBuffer counts =
                    upload(made, "counts of a subset", subsets.data().counts(), subset);
            DeviceBuffer factors =
                    upload(made, "factors of a subset", subsets.data().multiplicative(), subset);
            DeviceBuffer additive =
                    upload(made, "background of a subset", subsets.data().additive(), subset);
            float[] values = away[subset];
            DeviceBuffer sensitivity;
            if (values == null) {
                values = new float[projector.grid().voxels()];
                sensitivity =
                        DeviceBuffer.allocate(device, "sensitivity of a subset", (long) values.length * Float.BYTES);
                made.add(sensitivity);
                projector.back(factors, views, subsets.views()[subset].length, sensitivity);
                sensitivity.download(Pointer.to(values));
                away[subset] = toKeep ? null : values;
            } else {
                sensitivity = DeviceBuffer.upload(device, "sensitivity of a subset", values);
                made.add(sensitivity);
            }
            return new Part(views, counts, factors, additive, sensitivity, SubsetUpdates.least(values));
        } catch (RuntimeException failed) {
            DeviceBuffer.closeAll(made);
            throw failed;
        }
    }

    private DeviceBuffer upload(List<DeviceBuffer> made, String what, float[] ofScanner, int subset) {
        DeviceBuffer buffer = DeviceBuffer.upload(device, what, subsets.part(ofScanner, subset));
        made.add(buffer);
        return buffer;
    }

    private DeviceBuffer upload(List<DeviceBuffer> made, String what, int[] values) {
        DeviceBuffer buffer = DeviceBuffer.upload(device, what, values);
        made.add(buffer);
        return buffer;
    }

    @Override
    public void close() {
        for (int subset = 0; subset < kept.length; subset++) {
            if (kept[subset] != null) {
                buffers.addAll(kept[subset].buffers());
                kept[subset] = null;
            }
        }
        try {
            DeviceBuffer.closeAll(buffers);
        } finally {
            projector.close();
        }
    }
}
