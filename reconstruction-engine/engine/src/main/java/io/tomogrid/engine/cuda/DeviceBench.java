package io.tomogrid.engine.cuda;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.ct.CircleTables;
import io.tomogrid.engine.ct.Kernel;
import io.tomogrid.engine.mip.MipRotation;
import io.tomogrid.engine.resample.IndexMap;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.FlatScan;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.TofBins;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Times the kernels by the device's own clock, on inputs as large as in a clinic; on the stand-in, whose times say nothing, on small
 * ones. Beside each stands what an H200 takes at least, by arithmetic: 4.3 TB/s of memory, 29.7 TB/s of shared memory and first-level
 * cache, 60 TFLOP/s.
 */
public final class DeviceBench {
    /** 26 ms of shared memory for 512³ voxels and 720 views. */
    private static final double FLOOR_OF_UPDATE = 26e-3 / (512.0 * 512 * 512 * 720);
    /** 14 ms forward and 16 ms back of first-level cache for 1e8 sorted events of 214 ps on 344 x 344 x 127 voxels. */
    private static final double FLOOR_OF_EVENT_FORWARD = 14e-3 / 1e8;

    private static final double FLOOR_OF_EVENT_BACK = 16e-3 / 1e8;
    /** 0.16 ms to write 512 x 512 x 600 voxels. */
    private static final double FLOOR_OF_VOXEL = 0.16e-3 / (512.0 * 512 * 600);
    /** 8.8 ms of memory for 60 frames of two such volumes, each read in 16 bits for every frame. */
    private static final double FLOOR_OF_SAMPLE = 8.8e-3 / (2 * 60 * 512.0 * 512 * 600);

    private static final int FRAMES = 60;
    private static final String FRAME = "2.25.1";

    private final CudaDevice device;
    private final int runs;

    private DeviceBench(CudaDevice device, int runs) {
        this.device = device;
        this.runs = runs;
    }

    /** @param runs of each, at least 1 */
    public static List<DeviceTiming> measure(CudaDevice device, int runs) {
        DeviceBench bench = new DeviceBench(device, runs);
        List<DeviceTiming> timings = new ArrayList<>(OsemBench.of(device, runs).measure());
        timings.addAll(bench.events());
        timings.addAll(bench.cone());
        timings.add(bench.resample());
        timings.add(bench.rotation());
        return timings;
    }

    /** Random events of a scanner like a Biograph mMR with a time resolution of 214 ps. */
    private List<DeviceTiming> events() {
        CylindricalScanner scanner = OsemBench.scanner(device);
        PetGrid grid = OsemBench.grid(device, scanner);
        int count = device.emulated() ? 20_000 : 4_000_000;
        SplittableRandom random = new SplittableRandom(1);
        TofBins tof = TofBins.ofTimes(33, 100, 214);
        int[] lines = new int[count];
        short[] bins = new short[count];
        for (int n = 0; n < count; n++) {
            lines[n] = random.nextInt(scanner.bins());
            bins[n] = (short) (10 + random.nextInt(13));
        }
        ListEvents events = new ListEvents(scanner, tof, lines, bins);
        float[] ones = new float[Math.max(count, grid.voxels())];
        Arrays.fill(ones, 1);
        try (CudaEvents projector = new CudaEvents(device, grid, events, Parallel.onAllProcessors());
                DeviceBuffer image = DeviceBuffer.upload(device, "image", Arrays.copyOf(ones, grid.voxels()));
                DeviceBuffer values = DeviceBuffer.upload(device, "values", Arrays.copyOf(ones, count));
                DeviceBuffer sums = DeviceBuffer.allocate(device, "sums", (long) grid.voxels() * Long.BYTES)) {
            sums.zero();
            return List.of(
                    DeviceTiming.measure(
                            device,
                            "project_events",
                            () -> projector.project(image, values),
                            runs,
                            count,
                            "events",
                            count * FLOOR_OF_EVENT_FORWARD),
                    DeviceTiming.measure(
                            device,
                            "spread_events",
                            () -> projector.spread(values, 1, sums),
                            runs,
                            count,
                            "events",
                            count * FLOOR_OF_EVENT_BACK));
        }
    }

    /** A block of views of a full turn: filtered, and added to all voxels. */
    private List<DeviceTiming> cone() {
        int n = device.emulated() ? 32 : 512;
        int views = device.emulated() ? 16 : 64;
        FlatScan scan = new FlatScan(
                3 * n / 2,
                n,
                450.0 / n,
                450.0 / n,
                600,
                900,
                0.1,
                2 * Math.PI / views,
                new float[views][3 * n / 2 * n]);
        CtGrid grid = CtGrid.cube(n, 250.0 / n);
        CudaCircle circle = new CudaCircle(device, CircleTables.of(scan, grid, Kernel.RAMP));
        double updates = (double) grid.voxels() * views;
        double values = (double) views * scan.columns() * scan.rows();
        try (CudaCircle.Block block = circle.block()) {
            return List.of(
                    DeviceTiming.measure(device, "ramp filter", block::filter, runs, values, "values of views", 0),
                    DeviceTiming.measure(
                            device,
                            "back_project_circle",
                            block::add,
                            runs,
                            updates,
                            "updates",
                            updates * FLOOR_OF_UPDATE));
        }
    }

    /** PET onto the grid of a CT, everything resident. */
    private DeviceTiming resample() {
        int n = device.emulated() ? 32 : 512;
        VolumeGeometry to = cube(new GridSize(n, n, device.emulated() ? n : 600), 0.95);
        VolumeGeometry from = cube(new GridSize(n / 2, n / 2, n / 2), 2);
        int voxels = to.size().voxels();
        IndexMap map = IndexMap.between(to, from);
        try (DeviceBuffer source = DeviceBuffer.upload(
                        device, "source", new float[from.size().voxels()]);
                DeviceBuffer target = DeviceBuffer.allocate(device, "target", (long) voxels * Float.BYTES)) {
            Runnable work = () -> device.kernels()
                    .launch(
                            "resample",
                            voxels,
                            source.argument(),
                            Argument.of(from.size()),
                            Argument.of(map),
                            Argument.of(to.size()),
                            Argument.ints(0),
                            Argument.real(0f),
                            target.argument());
            return DeviceTiming.measure(device, "resample", work, runs, voxels, "voxels", voxels * FLOOR_OF_VOXEL);
        }
    }

    /** Of one volume, with its way to the device and the frames' way back. */
    private DeviceTiming rotation() {
        // as much as a small Java heap holds
        int n = device.emulated() ? 24 : 400;
        VolumeGeometry grid = cube(new GridSize(n, n, n), 1);
        float[] voxels = new float[grid.size().voxels()];
        for (int v = 0; v < voxels.length; v++) {
            voxels[v] = v % 97;
        }
        Volume volume = new Volume(grid, voxels, "g/ml{SUVbw}");
        MipRotation rotations = new MipRotation(Parallel.onAllProcessors(), new CudaProjector(device));
        double samples = (double) voxels.length * FRAMES;
        return DeviceTiming.measure(
                device,
                FRAMES + " frames of a rotation",
                () -> rotations.pet(volume, FRAMES),
                Math.min(runs, 3),
                samples,
                "voxels of frames",
                samples * FLOOR_OF_SAMPLE);
    }

    private static VolumeGeometry cube(GridSize size, double mm) {
        return new VolumeGeometry(
                size, new Vec3(0, 0, 0), new Vec3(mm, 0, 0), new Vec3(0, mm, 0), new Vec3(0, 0, mm), FRAME);
    }
}
