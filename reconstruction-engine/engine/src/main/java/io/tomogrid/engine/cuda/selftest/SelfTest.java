package io.tomogrid.engine.cuda.selftest;

import static io.tomogrid.engine.cuda.selftest.Comparison.check;

import io.tomogrid.engine.CpuBackend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.cuda.CudaBackend;
import io.tomogrid.engine.cuda.CudaDevice;
import io.tomogrid.engine.cuda.DeviceBench;
import io.tomogrid.engine.cuda.DeviceTiming;
import io.tomogrid.engine.cuda.selftest.Comparison.Pair;
import io.tomogrid.engine.lesion.Lesions;
import io.tomogrid.engine.lesion.PeakSphere;
import io.tomogrid.engine.mip.ColourRotation;
import io.tomogrid.engine.mip.GreyRotation;
import io.tomogrid.engine.mip.MipRotation;
import io.tomogrid.engine.resample.Resampling;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.ArrayList;
import java.util.List;

/** Runs every kernel on volumes by formula and compares with the processors, bit by bit, and with the formula. */
public final class SelfTest {
    private static final int FRAMES = 60;
    private static final int RUNS = 20;
    private static final int EMULATED_RUNS = 3;
    private static final String ROTATION = "sample, raise, project_nodes";

    private final CudaDevice device;
    private final Shapes shapes;
    private final Comparison both;

    public SelfTest(CudaDevice device) {
        this.device = device;
        this.shapes = Shapes.of(device.emulated());
        Parallel parallel = Parallel.onAllProcessors();
        this.both = new Comparison(new CudaBackend(device, parallel), new CpuBackend(parallel), device.emulated());
    }

    /**
     * Takes seconds.
     *
     * @throws io.tomogrid.engine.cuda.CudaException if the device fails
     */
    public Report run() {
        return report(List.of());
    }

    /** The same, and times the kernels. */
    public Report runAndTime() {
        return report(DeviceBench.measure(device, device.emulated() ? EMULATED_RUNS : RUNS));
    }

    private Report report(List<DeviceTiming> timings) {
        List<Check> checks = new ArrayList<>();
        checks.add(resampling());
        checks.addAll(rotations());
        checks.add(spheres());
        checks.addAll(new Tomography(both).checks());
        checks.addAll(new TimeOfFlight(both).checks());
        checks.addAll(new ComputedTomography(both).checks());
        return new Report(
                device.name(),
                device.emulated(),
                device.driver(),
                device.computeCapability(),
                device.multiprocessors(),
                device.memory().total(),
                checks,
                timings);
    }

    /** A function linear along each axis comes out as itself. */
    private Check resampling() {
        Volume source = Shapes.volume(shapes.petGrid(), "g/ml{SUVbw}", Shapes::linear);
        VolumeGeometry target = shapes.ctGrid();
        Pair<Volume> made = both.pair(backend -> {
            try (Resampling resampling = backend.resampling(source)) {
                return resampling.onto(target, Float.NaN);
            }
        });
        float[] a = made.device().voxels();
        float[] expected = Shapes.volume(target, "g/ml{SUVbw}", Shapes::linear).voxels();
        double error = 0;
        for (int n = 0; n < a.length; n++) {
            error = Math.max(error, Float.isNaN(a[n]) ? Double.POSITIVE_INFINITY : Math.abs(a[n] - expected[n]));
        }
        return check(
                "resample",
                "PET onto an oblique CT, voxels",
                made,
                a.length,
                n -> Float.floatToRawIntBits(a[n])
                        == Float.floatToRawIntBits(made.processors().voxels()[n]),
                error,
                1e-3);
    }

    /** The volume's maximum is that of every frame; a fused pixel follows the formula. */
    private List<Check> rotations() {
        Volume suv = Shapes.volume(shapes.petGrid(), "g/ml{SUVbw}", Shapes::uptake);
        Volume hu = Shapes.volume(shapes.ctGrid(), "[hnsf'U]", Shapes::hounsfield);
        Pair<GreyRotation> pet = both.pair(backend -> backend.rotations().pet(suv, FRAMES));
        GreyRotation seen = pet.device();
        Pair<GreyRotation> ct =
                both.pair(backend -> backend.rotations().ct(hu, seen.geometry(), MipRotation.BONE_WINDOW));
        Pair<ColourRotation> fused = both.pair(backend -> backend.rotations().fused(seen, ct.device()));
        byte[] rgb = fused.device().rgb();
        return List.of(
                check(
                        ROTATION,
                        "rotation of the PET, pixels",
                        pet,
                        seen.pixels().length,
                        n -> seen.pixels()[n] == pet.processors().pixels()[n],
                        offMaximum(seen, suv),
                        seen.slope() / 2),
                check(
                        ROTATION,
                        "rotation of the CT, pixels",
                        ct,
                        seen.pixels().length,
                        n -> ct.device().pixels()[n] == ct.processors().pixels()[n],
                        offMaximum(ct.device(), hu),
                        ct.device().slope() / 2),
                check(
                        "blend",
                        "PET over CT, bytes",
                        fused,
                        rgb.length,
                        n -> rgb[n] == fused.processors().rgb()[n],
                        offBlend(seen, ct.device(), rgb),
                        0));
    }

    private static double offMaximum(GreyRotation rotation, Volume volume) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float value : volume.voxels()) {
            largest = Math.max(largest, value);
        }
        double off = 0;
        int perFrame = rotation.pixels().length / FRAMES;
        for (int frame = 0; frame < FRAMES; frame++) {
            int hottest = 0;
            for (int n = frame * perFrame; n < (frame + 1) * perFrame; n++) {
                hottest = Math.max(hottest, Short.toUnsignedInt(rotation.pixels()[n]));
            }
            off = Math.max(off, Math.abs(rotation.intercept() + rotation.slope() * hottest - largest));
        }
        return off;
    }

    private static double offBlend(GreyRotation pet, GreyRotation ct, byte[] rgb) {
        int off = 0;
        for (int n = 0; n < pet.pixels().length; n++) {
            int p = level(pet, n);
            int g = level(ct, n);
            int[] hot = {3 * p, 3 * p - 255, 3 * p - 510};
            for (int channel = 0; channel < 3; channel++) {
                int expected = (g * (255 - p) + Math.max(0, Math.min(255, hot[channel])) * p + 127) / 255;
                off = Math.max(off, Math.abs(Byte.toUnsignedInt(rgb[3 * n + channel]) - expected));
            }
        }
        return off;
    }

    private static int level(GreyRotation rotation, int n) {
        int stored = Short.toUnsignedInt(rotation.pixels()[n]);
        double value = rotation.intercept() + rotation.slope() * stored;
        double part = (value - rotation.window().low()) / rotation.window().width();
        return stored == 0 ? 0 : (int) Math.floor(Math.max(0, Math.min(1, part)) * 255 + 0.5);
    }

    /** Over a ball of radius R the mean of 100 − r² / 10 is lower than at the centre by 0.06 R². */
    private Check spheres() {
        VolumeGeometry grid = shapes.petGrid();
        Vec3 middle = grid.toPatient(
                grid.size().nx() / 2, grid.size().ny() / 2, grid.size().nz() / 2);
        Volume suv =
                Shapes.volume(grid, "g/ml{SUVbw}", p -> 100 - p.minus(middle).dot(p.minus(middle)) / 10);
        byte[] mask = new byte[suv.voxels().length];
        int voxels = 0;
        for (int n = 0; n < mask.length; n++) {
            mask[n] = (byte) (suv.voxels()[n] > 0 ? 1 : 0);
            voxels += mask[n];
        }
        Pair<Lesions> found = both.pair(backend -> backend.lesions().measure(suv, mask));
        double expected = 100 - 0.06 * PeakSphere.RADIUS_MM * PeakSphere.RADIUS_MM;
        double peak = found.device().lesions().get(0).suvPeak();
        boolean same = found.device().lesions().equals(found.processors().lesions());
        // A voxel is uniform, so that its own second moment, (4² + 4² + 3²) / 12 / 10, is missing; and the edge is
        // coarse.
        return check(
                "sphere_means", "SUVpeak of a paraboloid, spheres", found, voxels, n -> same, peak - expected, 0.42);
    }
}
