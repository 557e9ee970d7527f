package io.tomogrid.engine.pet;

import io.tomogrid.engine.Backend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.osem.EmissionData;
import io.tomogrid.engine.osem.Osem;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.engine.resample.Resampling;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import io.tomogrid.imaging.pet.CtAttenuation;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Attenuation at 511 keV in the scanner.
 *
 * @param grid in scanner coordinates @param perMm 1/mm
 */
public record MuMap(PetGrid grid, float[] perMm) {
    /** Samples of the CT in each voxel, in x and in y. */
    private static final int PARTS = 2;

    private static final int BLOCK = 1 << 14;
    private static final int ITERATIONS = 2;
    private static final int SUBSET_VIEWS = 12;
    private static final float OPAQUE = 1e-6f;

    /**
     * From a CT, over the whole bore, so that arms beside the field of view attenuate too; nothing where the CT shows nothing.
     *
     * @param ct HU @param centre of the scanner, LPS, mm, in the CT's frame of reference
     * @param voxelMm side of the map's voxels
     */
    public static MuMap ofCt(
            Volume ct,
            CtAttenuation coefficients,
            CylindricalScanner scanner,
            Vec3 centre,
            double voxelMm,
            Backend backend,
            Parallel parallel) {
        int across = 2 * (int) Math.ceil(scanner.radiusMm() / voxelMm);
        PetGrid grid = new PetGrid(across, across, 2 * scanner.rings() - 1, voxelMm, scanner.ringPitchMm() / 2);
        float[] mu = new float[ct.voxels().length];
        parallel.run((mu.length + BLOCK - 1) / BLOCK, block -> {
            for (int n = block * BLOCK; n < Math.min(mu.length, (block + 1) * BLOCK); n++) {
                mu[n] = (float) coefficients.perMm(ct.voxels()[n]);
            }
        });
        VolumeGeometry target = grid.geometry(centre, ct.geometry().frameOfReferenceUid());
        float[] sums = new float[grid.voxels()];
        try (Resampling resampling = backend.resampling(new Volume(ct.geometry(), mu, "/mm"))) {
            for (int part = 0; part < PARTS * PARTS; part++) {
                double x = ((part % PARTS + 0.5) / PARTS - 0.5) * voxelMm;
                double y = ((part / PARTS + 0.5) / PARTS - 0.5) * voxelMm;
                VolumeGeometry shifted = new VolumeGeometry(
                        target.size(),
                        target.origin().plus(new Vec3(x, y, 0)),
                        target.columnStep(),
                        target.rowStep(),
                        target.sliceStep(),
                        target.frameOfReferenceUid());
                float[] sample = grid.values(resampling.onto(shifted, 0));
                for (int n = 0; n < sums.length; n++) {
                    sums[n] += sample[n] / (PARTS * PARTS);
                }
            }
        }
        return new MuMap(grid, sums);
    }

    /** From attenuation factors: their logarithms are line integrals, which OSEM makes an image of. */
    public static MuMap ofFactors(float[] factors, CylindricalScanner scanner, PetGrid grid, Backend backend) {
        float[] integrals = new float[factors.length];
        for (int n = 0; n < factors.length; n++) {
            integrals[n] = (float) -Math.log(Math.max(OPAQUE, factors[n]));
        }
        float[] ones = new float[factors.length];
        Arrays.fill(ones, 1);
        var data = new EmissionData(integrals, ones, new float[scanner.lines()]);
        try (Osem osem = backend.osem(scanner, grid, data, subsets(scanner.views(), SUBSET_VIEWS))) {
            float[] image = osem.start();
            osem.iterate(image, ITERATIONS, done -> {});
            return new MuMap(grid, image);
        }
    }

    /** Attenuation factor of each bin: e to the minus line integral. */
    public float[] factors(CylindricalScanner scanner, Backend backend) {
        float[] factors = new float[scanner.bins()];
        try (Projector projector = backend.projector(scanner, grid)) {
            projector.forward(perMm, IntStream.range(0, scanner.views()).toArray(), factors);
        }
        for (int n = 0; n < factors.length; n++) {
            factors[n] = (float) Math.exp(-factors[n]);
        }
        return factors;
    }

    /** As many subsets as leave each at least so many views that it sees the body from all around. */
    public static int subsets(int views, int leastViews) {
        int subsets = Math.max(1, views / leastViews);
        while (views % subsets != 0) {
            subsets--;
        }
        return subsets;
    }
}
