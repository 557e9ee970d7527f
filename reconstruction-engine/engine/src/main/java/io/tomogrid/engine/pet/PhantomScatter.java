package io.tomogrid.engine.pet;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.scatter.SingleScatter;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.ImageQualityPhantom;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.SinogramOrder;
import io.tomogrid.imaging.petsird.ModularScanner;
import io.tomogrid.imaging.petsird.SimulatedCoincidences;

/** Single scatter of a phantom in a scanner of modules, for generated acquisitions. */
public final class PhantomScatter {
    private static final int SPAN = 3;

    private PhantomScatter() {}

    /** Of pairs of crystals, in units of the line integral of the activity. */
    public static SimulatedCoincidences.Scatter of(
            ModularScanner modules, ImageQualityPhantom phantom, SingleScatter.Sampling sampling, Parallel parallel) {
        var scanner = new CylindricalScanner(
                modules.perRing(),
                modules.radiusMm(),
                modules.rings(),
                modules.pitchMm(),
                2 * (modules.perRing() / 3) + 1,
                SinogramOrder.segments(modules.rings(), SPAN));
        PetGrid grid = PetGrid.of(scanner, 2 * modules.pitchMm() / 3);
        float[] activity = new float[grid.voxels()];
        float[] mu = new float[grid.voxels()];
        for (int i = 0, n = 0; i < grid.nx(); i++) {
            for (int j = 0; j < grid.ny(); j++) {
                for (int k = 0; k < grid.nz(); k++, n++) {
                    Vec3 at = grid.centre(i, j, k);
                    activity[n] = (float) phantom.activity(at);
                    mu[n] = phantom.body().contains(at) ? (float) ImageQualityPhantom.WATER_PER_MM : 0;
                }
            }
        }
        float[] scatter =
                new SingleScatter(scanner, modules.window(), sampling, parallel).estimate(activity, grid, mu, grid);
        var order = new SinogramOrder(scanner, SPAN);
        return (a, aRing, b, bRing) -> {
            int bin = order.swapped(a, b) ? order.bin(b, bRing, a, aRing) : order.bin(a, aRing, b, bRing);
            return bin < 0 ? 0 : scatter[bin];
        };
    }
}
