package io.tomogrid.engine.cuda;

import io.tomogrid.engine.lesion.Components;
import io.tomogrid.engine.lesion.PeakSphere;
import io.tomogrid.engine.lesion.SphereMeans;
import io.tomogrid.imaging.Volume;
import jcuda.Pointer;

/** All runs' spheres in one launch, before the first is asked for. */
record CudaSphereMeans(CudaDevice device) implements SphereMeans {
    @Override
    public OfRun prepare(Volume suv, PeakSphere sphere, Components components, int[] numbers) {
        int[] firstOfRun = new int[components.runs()];
        int count = 0;
        for (int run = 0; run < firstOfRun.length; run++) {
            firstOfRun[run] = count;
            count += numbers[components.component(run)] > 0 ? components.length(run) : 0;
        }
        int[] centres = new int[count];
        for (int run = 0; run < firstOfRun.length; run++) {
            int length = numbers[components.component(run)] > 0 ? components.length(run) : 0;
            for (int n = 0; n < length; n++) {
                centres[firstOfRun[run] + n] = components.start(run) + n;
            }
        }
        double[] all = means(suv, sphere, centres);
        return (run, means) -> System.arraycopy(all, firstOfRun[run], means, 0, components.length(run));
    }

    private double[] means(Volume suv, PeakSphere sphere, int[] centres) {
        double[] means = new double[centres.length];
        if (means.length == 0) {
            return means;
        }
        int[] reach = sphere.reach();
        try (DeviceBuffer voxels = DeviceBuffer.upload(device, "voxels of the PET", suv.voxels());
                DeviceBuffer at = DeviceBuffer.upload(device, "voxels of lesions", centres);
                DeviceBuffer offsets = DeviceBuffer.upload(device, "offsets of the sphere", sphere.offsets());
                DeviceBuffer weights = DeviceBuffer.upload(device, "weights of the sphere", sphere.weights());
                DeviceBuffer out =
                        DeviceBuffer.allocate(device, "means of spheres", (long) means.length * Double.BYTES)) {
            device.kernels()
                    .launch(
                            "sphere_means",
                            means.length,
                            voxels.argument(),
                            Argument.of(suv.geometry().size()),
                            at.argument(),
                            offsets.argument(),
                            weights.argument(),
                            Argument.ints(sphere.voxels()),
                            Argument.ints(reach[0], reach[1], reach[2]),
                            out.argument());
            out.download(Pointer.to(means));
        }
        return means;
    }
}
