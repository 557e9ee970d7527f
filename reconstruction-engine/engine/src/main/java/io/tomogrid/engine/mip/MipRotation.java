package io.tomogrid.engine.mip;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.Arrays;

/**
 * Maximum intensity projections that turn about the patient's long axis, which is the z axis of LPS.
 *
 * <p>Exactly: the volume is taken at the {@linkplain RotationGeometry#nodes nodes}, trilinearly, then rounded to whole
 * stored values; a node is raised to the largest voxel that it is the nearest node of (of two as near, the later one), so
 * the volume's maximum is the maximum of every frame. Nodes more than reach pixels from the axis are not shown, nor is
 * anything beyond the outermost voxel faces. Node (a, b) of a row, counted from the axis, belongs to column
 * {@code floor((a·cos φ + (reach + ½)) + b·sin φ)}, in double, of the frame at angle φ, and a pixel is the largest of its
 * nodes. A column's strip is as wide as the nodes are apart, so no strip misses a row of nodes that it crosses, and nothing
 * is interpolated twice. When the number of frames is even, those of the second half are the mirror images of those of the
 * first half, which look the other way along the same rays.
 */
public final class MipRotation {
    /** Frames of a whole turn, unless something else is asked for: 6° apart. */
    public static final int FRAMES = 60;

    /** What the SUV of a rotation is shown in at first. */
    public static final Window SUV_WINDOW = new Window(0, 7);

    /** Bone of a maximum projection, HU: soft tissue stays dark enough for the PET. */
    public static final Window BONE_WINDOW = new Window(-100, 1200);

    private final Parallel parallel;
    private final Projector projector;

    public MipRotation(Parallel parallel) {
        this(parallel, new SlabProjector(parallel));
    }

    /** @param parallel for what is left to the processors: how wide the frames must be */
    public MipRotation(Parallel parallel, Projector projector) {
        this.parallel = parallel;
        this.projector = projector;
    }

    /** The PET's smallest voxel spacing, but at least 2 and at most 4 mm. */
    public static double pixelFor(VolumeGeometry pet) {
        double smallest = Math.min(
                pet.columnStep().length(),
                Math.min(pet.rowStep().length(), pet.sliceStep().length()));
        return Math.max(2, Math.min(4, smallest));
    }

    /** As {@link #pet(Volume, int, double)}, in pixels of {@link #pixelFor}. */
    public GreyRotation pet(Volume suv, int frames) {
        return pet(suv, frames, pixelFor(suv.geometry()));
    }

    /**
     * PET alone, in steps of SUV 1/256 up to 255.99 (slope 0.00390625, intercept 0). The axis runs through the middle of the
     * volume; the frames are as wide as the voxels that are not 0 demand and as high as the volume.
     *
     * @param suv SUV per voxel
     * @param frames over 360°
     * @param pixelMm at most the voxels' spacing if each voxel is to be told apart
     */
    public GreyRotation pet(Volume suv, int frames, double pixelMm) {
        RotationGeometry geometry = geometry(suv, frames, pixelMm);
        short[] pixels = projector.project(suv, Quantity.SUV, geometry);
        return new GreyRotation(geometry, pixels, suv.unit(), Quantity.SUV.step(), Quantity.SUV.zero(), SUV_WINDOW);
    }

    /**
     * CT alone, on the frames of a PET: whole HU, stored value = HU + 32768, 0 beyond the CT.
     *
     * @param hu CT in HU
     * @param window proposed for display, HU
     * @throws IllegalArgumentException if the two lie in different frames of reference
     */
    public GreyRotation ct(Volume hu, RotationGeometry geometry, Window window) {
        short[] pixels = projector.project(hu, Quantity.HU, geometry);
        return new GreyRotation(geometry, pixels, hu.unit(), Quantity.HU.step(), Quantity.HU.zero(), window);
    }

    /**
     * The PET in hot colours over the maximum projection of the CT in grey; the brighter the PET, the less of the CT shines
     * through. With p and g the levels of PET and CT in their windows, 0 to 255, a channel becomes
     * {@code (g·(255 − p) + hot·p + 127) / 255}, rounded down. Red is hot by {@code min(255, 3p)}, green by
     * {@code min(255, 3p − 255)}, blue by {@code 3p − 510}, none below 0: from black over red and yellow to white.
     *
     * @param pet as {@link #pet} made it
     * @param ct as {@link #ct} made it, on the same geometry
     */
    public ColourRotation fused(GreyRotation pet, GreyRotation ct) {
        if (!pet.geometry().equals(ct.geometry())) {
            throw new IllegalArgumentException("fusion: the PET's frames and the CT's differ in geometry, "
                    + pet.geometry() + " and " + ct.geometry() + "; project the CT on the PET's");
        }
        return new ColourRotation(pet.geometry(), projector.blend(pet, ct));
    }

    private RotationGeometry geometry(Volume suv, int frames, double pixelMm) {
        VolumeGeometry g = suv.geometry();
        GridSize size = g.size();
        Vec3 middle = g.toPatient((size.nx() - 1) / 2.0, (size.ny() - 1) / 2.0, (size.nz() - 1) / 2.0);
        double halfHeight = (Math.abs(g.columnStep().z()) * (size.nx() - 1)
                        + Math.abs(g.rowStep().z()) * (size.ny() - 1)
                        + Math.abs(g.sliceStep().z()) * (size.nz() - 1))
                / 2;
        int rows = (int) Math.ceil(2 * halfHeight / pixelMm) + 1;
        int reach = (int) Math.ceil(radius(suv, middle) / pixelMm) + 1;
        return new RotationGeometry(frames, reach, rows, pixelMm, middle, g.frameOfReferenceUid());
    }

    /** Largest distance from the axis of a voxel that is shown as more than 0, mm; 0 if there is none. */
    private double radius(Volume suv, Vec3 middle) {
        VolumeGeometry g = suv.geometry();
        GridSize size = g.size();
        double[] squares = new double[size.nz()];
        parallel.run(size.nz(), k -> {
            for (int j = 0; j < size.ny(); j++) {
                for (int i = 0; i < size.nx(); i++) {
                    if (Quantity.SUV.stored(suv.at(i, j, k)) > 0) {
                        double x = g.origin().x()
                                + i * g.columnStep().x()
                                + j * g.rowStep().x()
                                + k * g.sliceStep().x();
                        double y = g.origin().y()
                                + i * g.columnStep().y()
                                + j * g.rowStep().y()
                                + k * g.sliceStep().y();
                        double dx = x - middle.x();
                        double dy = y - middle.y();
                        squares[k] = Math.max(squares[k], dx * dx + dy * dy);
                    }
                }
            }
        });
        return Math.sqrt(Arrays.stream(squares).max().orElse(0));
    }
}
