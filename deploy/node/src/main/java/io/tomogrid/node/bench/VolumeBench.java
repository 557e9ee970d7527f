package io.tomogrid.node.bench;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.mip.GreyRotation;
import io.tomogrid.engine.mip.MipRotation;
import io.tomogrid.engine.resample.Resampler;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A PET of 200 x 200 x 400 voxels on the grid of a CT of 512 x 512 x 600, and the fused rotation of both in frames of about
 * 1024 x 1024, beside {@link VtkPeer}; the first at three numbers of slices, the second at three sizes of pixels. VTK's rotation is
 * one frame of the CT alone, times sixty.
 */
final class VolumeBench {
    private static final int CT_SLICES = 600;
    private static final double PET_RADIUS_MM = 350;
    private static final double PIXEL_MM = 0.7;
    private static final int WARM_UP = 2;

    private final PrintWriter out;
    private final Parallel parallel = Parallel.onAllProcessors();

    VolumeBench(PrintWriter out) {
        this.out = out;
    }

    List<Row> run(int runs) {
        List<Row> rows = new ArrayList<>();
        Volume pet = pet();
        Optional<VtkPeer> vtk = VtkPeer.find();
        try {
            rows.addAll(resample(pet, vtk, runs));
            rows.addAll(rotation(pet, vtk, runs));
        } finally {
            vtk.ifPresent(VtkPeer::close);
        }
        return rows;
    }

    private List<Row> resample(Volume pet, Optional<VtkPeer> vtk, int runs) {
        List<Row> rows = new ArrayList<>();
        Resampler resampler = new Resampler(parallel);
        for (int slices = CT_SLICES / 4; slices <= CT_SLICES; slices *= 2) {
            VolumeGeometry grid = ctGrid(slices);
            boolean beside = slices == CT_SLICES && vtk.isPresent();
            SideBySide measured = new SideBySide(
                    "PET 200 x 200 x 400 to CT 512 x 512 x " + slices + ", " + parallel.threads() + " threads",
                    () -> resampler.resample(pet, grid, 0),
                    WARM_UP,
                    runs,
                    beside ? () -> vtk.get().update("resample") : null,
                    1,
                    out);
            if (slices == CT_SLICES) {
                rows.addAll(measured.rows(VtkPeer.NAME));
            }
            rows.add(measured.each("voxels", grid.size().voxels()));
        }
        return rows;
    }

    private List<Row> rotation(Volume pet, Optional<VtkPeer> vtk, int runs) {
        List<Row> rows = new ArrayList<>();
        MipRotation rotation = new MipRotation(parallel);
        Volume ct = filled(ctGrid(CT_SLICES), Double.POSITIVE_INFINITY, "[hnsf'U]");
        for (int coarser = 4; coarser >= 1; coarser /= 2) {
            double pixel = PIXEL_MM * coarser;
            GreyRotation shape = rotation.pet(pet, MipRotation.FRAMES, pixel);
            int columns = shape.geometry().columns();
            int height = shape.geometry().rows();
            boolean beside = coarser == 1 && vtk.isPresent();
            SideBySide measured = new SideBySide(
                    "fused rotation, " + MipRotation.FRAMES + " frames of " + columns + " x " + height + ", "
                            + parallel.threads() + " threads",
                    () -> {
                        GreyRotation ofPet = rotation.pet(pet, MipRotation.FRAMES, pixel);
                        rotation.fused(ofPet, rotation.ct(ct, ofPet.geometry(), MipRotation.BONE_WINDOW));
                    },
                    coarser == 1 ? 0 : 1,
                    runs,
                    beside ? () -> vtk.get().update("mip") : null,
                    MipRotation.FRAMES,
                    out);
            if (coarser == 1) {
                rows.addAll(measured.rows(VtkPeer.NAME + ", CT only (1 of 60 frames, times 60)"));
            }
            rows.add(measured.each("nodes", (double) columns * columns * height));
        }
        return rows;
    }

    private static Volume pet() {
        return filled(grid(200, 400, 4, 1.79), PET_RADIUS_MM, "g/ml{SUVbw}");
    }

    private static VolumeGeometry ctGrid(int slices) {
        return grid(512, slices, 1.4, 715.0 / slices);
    }

    private static VolumeGeometry grid(int across, int slices, double voxelMm, double sliceMm) {
        double edge = -(across - 1) / 2.0 * voxelMm;
        return new VolumeGeometry(
                new GridSize(across, across, slices),
                new Vec3(edge, edge, -(slices - 1) / 2.0 * sliceMm),
                new Vec3(voxelMm, 0, 0),
                new Vec3(0, voxelMm, 0),
                new Vec3(0, 0, sliceMm),
                "2.25.5");
    }

    /** Values at random up to 10 within so many mm of the axis, 0 beyond. */
    private static Volume filled(VolumeGeometry grid, double radiusMm, String unit) {
        SplittableRandom random = new SplittableRandom(3);
        float[] voxels = new float[grid.size().voxels()];
        for (int n = 0; n < voxels.length; n++) {
            Vec3 place = grid.toPatient(
                    n % grid.size().nx(), n / grid.size().nx() % grid.size().ny(), 0);
            voxels[n] = Math.hypot(place.x(), place.y()) < radiusMm ? (float) (10 * random.nextDouble()) : 0;
        }
        return new Volume(grid, voxels, unit);
    }
}
