package io.tomogrid.imaging;

/**
 * Voxel values on a grid.
 *
 * @param geometry where the voxels are
 * @param voxels x fastest: {@code index = (k·ny + j)·nx + i}; not copied, not to be written into once it is in a volume
 * @param unit UCUM unit of the values, e.g. {@code Bq/ml}, {@code g/ml{SUVbw}}, {@code [hnsf'U]}
 */
public record Volume(VolumeGeometry geometry, float[] voxels, String unit) {
    public Volume {
        if (voxels.length != geometry.size().voxels()) {
            throw new IllegalArgumentException(
                    "volume: expected " + geometry.size().voxels() + " voxels, got " + voxels.length);
        }
    }

    public float at(int i, int j, int k) {
        return voxels[geometry.size().index(i, j, k)];
    }
}
