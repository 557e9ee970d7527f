package io.tomogrid.sparkjob.petct;

import io.tomogrid.dicom.object.ImageGrid;
import io.tomogrid.dicom.object.Lps;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.VolumeGeometry;

/** The same grid in the words of the volumes and in those of the DICOM encoders, which do not know each other. */
public final class Grids {
    private Grids() {}

    public static ImageGrid of(VolumeGeometry g) {
        GridSize size = g.size();
        return new ImageGrid(
                size.nx(),
                size.ny(),
                size.nz(),
                lps(g.origin()),
                lps(g.columnStep()),
                lps(g.rowStep()),
                lps(g.sliceStep()));
    }

    /** The slices from {@code first} on. */
    static VolumeGeometry slab(VolumeGeometry g, int first, int slices) {
        return new VolumeGeometry(
                new GridSize(g.size().nx(), g.size().ny(), slices),
                g.toPatient(0, 0, first),
                g.columnStep(),
                g.rowStep(),
                g.sliceStep(),
                g.frameOfReferenceUid());
    }

    private static Lps lps(Vec3 v) {
        return new Lps(v.x(), v.y(), v.z());
    }
}
