package io.tomogrid.engine.mip;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.Volume;

/** On the processors: slab by slab, frame by frame. */
final class SlabProjector implements Projector {
    /* A slab is made, projected and forgotten by one thread, so the nodes of the whole volume never exist: at 350 columns
     * its nodes take 16 MB and are read once, its 30 frames take 1.3 MB and stay in the second cache. Maxima of integers
     * do not depend on their order. */
    private static final int SLAB_ROWS = 32;

    private final Parallel parallel;

    SlabProjector(Parallel parallel) {
        this.parallel = parallel;
    }

    @Override
    public short[] project(Volume volume, Quantity quantity, RotationGeometry geometry) {
        short[] pixels = new short[geometry.pixels()];
        int slabs = (geometry.rows() + SLAB_ROWS - 1) / SLAB_ROWS;
        parallel.run(slabs, n -> {
            int first = n * SLAB_ROWS;
            Slab slab = new Slab(geometry, first, Math.min(SLAB_ROWS, geometry.rows() - first));
            slab.sample(volume, quantity);
            slab.raise(volume, quantity);
            slab.project(pixels);
        });
        return pixels;
    }

    @Override
    public byte[] blend(GreyRotation pet, GreyRotation ct) {
        RotationGeometry geometry = pet.geometry();
        byte[] rgb = new byte[3 * geometry.pixels()];
        Fusion fusion = new Fusion(pet, ct);
        int perFrame = geometry.rows() * geometry.columns();
        parallel.run(geometry.frames(), frame -> {
            for (int n = frame * perFrame; n < (frame + 1) * perFrame; n++) {
                fusion.blend(pet.pixels()[n], ct.pixels()[n], rgb, 3 * n);
            }
        });
        return rgb;
    }
}
