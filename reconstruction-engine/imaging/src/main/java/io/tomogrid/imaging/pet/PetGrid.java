package io.tomogrid.imaging.pet;

import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.io.Serializable;

/**
 * The voxels that a PET image is reconstructed on, centred in the scanner. Values are [nx][ny][nz], z fastest:
 * {@code index = (i·ny + j)·nz + k}; voxel centres at {@code (i − (nx − 1)/2)·voxelMm} and so on in scanner coordinates.
 *
 * @param voxelMm side in x and y
 * @param sliceMm from a slice to the next
 */
public record PetGrid(int nx, int ny, int nz, double voxelMm, double sliceMm) implements Serializable {
    private static final double MICROMETRES = 1000;

    public PetGrid {
        new GridSize(nx, ny, nz);
        if (!(voxelMm > 0) || !(sliceMm > 0) || Double.isInfinite(voxelMm) || Double.isInfinite(sliceMm)) {
            throw new IllegalArgumentException(
                    "PET grid: expected positive voxel sides, got " + voxelMm + " and " + sliceMm + " mm");
        }
    }

    /** A slice for each plane of the direct segment; as wide as the circle that every view sees, to whole voxels. */
    public static PetGrid of(CylindricalScanner scanner, double voxelMm) {
        CylindricalScanner.TransaxialLine outermost = scanner.line(0, 0);
        int half = (int) Math.ceil(outermost.distance(0, 0) / voxelMm);
        return new PetGrid(2 * half, 2 * half, 2 * scanner.rings() - 1, voxelMm, scanner.ringPitchMm() / 2);
    }

    /** Voxels as wide as radial bins are apart in the middle, to a micrometre. */
    public static PetGrid of(CylindricalScanner scanner) {
        double spacing = scanner.radiusMm() * Math.sin(Math.PI / scanner.crystalsPerRing());
        return of(scanner, Math.max(1, Math.rint(spacing * MICROMETRES)) / MICROMETRES);
    }

    public int voxels() {
        return nx * ny * nz;
    }

    /** Centre of a voxel, scanner coordinates, mm. */
    public Vec3 centre(int i, int j, int k) {
        return new Vec3((i - (nx - 1) / 2.0) * voxelMm, (j - (ny - 1) / 2.0) * voxelMm, (k - (nz - 1) / 2.0) * sliceMm);
    }

    /** Where the grid is in the patient. @param scannerCentre LPS, mm */
    public VolumeGeometry geometry(Vec3 scannerCentre, String frameOfReferenceUid) {
        return new VolumeGeometry(
                new GridSize(nx, ny, nz),
                scannerCentre.plus(centre(0, 0, 0)),
                new Vec3(voxelMm, 0, 0),
                new Vec3(0, voxelMm, 0),
                new Vec3(0, 0, sliceMm),
                frameOfReferenceUid);
    }

    /** The voxels of a volume of the same size in this grid's order; the inverse of {@link #volume}. */
    public float[] values(Volume volume) {
        GridSize size = volume.geometry().size();
        if (size.nx() != nx || size.ny() != ny || size.nz() != nz) {
            throw new IllegalArgumentException(
                    "PET grid: expected " + nx + "x" + ny + "x" + nz + " voxels, got " + size);
        }
        float[] values = new float[voxels()];
        for (int i = 0, at = 0; i < nx; i++) {
            for (int j = 0; j < ny; j++) {
                for (int k = 0; k < nz; k++) {
                    values[at++] = volume.voxels()[size.index(i, j, k)];
                }
            }
        }
        return values;
    }

    /** The same values with x fastest, each times a factor. */
    public Volume volume(float[] values, double factor, VolumeGeometry geometry, String unit) {
        float[] voxels = new float[voxels()];
        for (int i = 0, at = 0; i < nx; i++) {
            for (int j = 0; j < ny; j++) {
                for (int k = 0; k < nz; k++) {
                    voxels[geometry.size().index(i, j, k)] = (float) (values[at++] * factor);
                }
            }
        }
        return new Volume(geometry, voxels, unit);
    }
}
