package io.tomogrid.engine.lesion;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.function.IntPredicate;

/**
 * What PERCIST 1.0 holds lesions against (Wahl et al., J Nucl Med 2009; 50 Suppl 1: 122S): a lesion is measurable when its
 * SUVpeak is at least 1.5 × mean + 2 × standard deviation of the liver. Mean, deviation and SUVpeak are of one and the same
 * kind of SUV; since all kinds of one series are multiples of each other, the answer does not depend on which.
 */
public sealed interface LiverReference {
    /** Diameter of PERCIST's sphere, mm. */
    double SPHERE_MM = 30;
    /** Less than PERCIST's sphere of 3 cm is not taken, ml; a little less for voxels at its surface. */
    double LEAST_ML = 13;

    /**
     * @param mean g/ml @param deviation of the voxels, with n − 1, g/ml @param ml volume of the region
     * @param centre centroid of the region, LPS mm
     */
    record Measured(double mean, double deviation, double ml, Vec3 centre) implements LiverReference {
        /** SUVpeak from which on a lesion is measurable, g/ml. */
        public double threshold() {
            return 1.5 * mean + 2 * deviation;
        }
    }

    /** @param why and what to do */
    record NotAvailable(String why) implements LiverReference {}

    /**
     * Of a mask; voxels of lesions in it are left out.
     *
     * @param mask x fastest, anything but zero is liver
     * @throws IllegalArgumentException if it has another size than the volume
     */
    static LiverReference of(Volume suv, byte[] mask, Lesions lesions) {
        if (mask.length != suv.voxels().length) {
            throw new IllegalArgumentException(
                    "liver mask: expected " + suv.voxels().length + " voxels, got " + mask.length);
        }
        return measure(suv, voxel -> mask[voxel] != 0 && lesions.labels()[voxel] == 0);
    }

    /** Of PERCIST's sphere about a place that the caller gives, LPS mm; voxels of lesions in it are left out. */
    static LiverReference of(Volume suv, Vec3 centre, Lesions lesions) {
        VolumeGeometry g = suv.geometry();
        int nx = g.size().nx();
        int ny = g.size().ny();
        return measure(
                suv,
                voxel -> lesions.labels()[voxel] == 0
                        && g.toPatient(voxel % nx, voxel / nx % ny, voxel / nx / ny)
                                        .minus(centre)
                                        .length()
                                <= SPHERE_MM / 2);
    }

    private static LiverReference measure(Volume suv, IntPredicate liver) {
        VolumeGeometry g = suv.geometry();
        int nx = g.size().nx();
        int ny = g.size().ny();
        long count = 0;
        double mean = 0;
        double squares = 0;
        Vec3 place = new Vec3(0, 0, 0);
        for (int voxel = 0; voxel < suv.voxels().length; voxel++) {
            if (liver.test(voxel)) {
                count++;
                double delta = suv.voxels()[voxel] - mean;
                mean += delta / count;
                squares += delta * (suv.voxels()[voxel] - mean);
                place = place.plus(new Vec3(voxel % nx, voxel / nx % ny, voxel / nx / ny));
            }
        }
        double ml = count * g.voxelVolume() / 1000;
        if (ml < LEAST_ML || count < 2 || !Double.isFinite(squares)) {
            return new NotAvailable(String.format(
                    java.util.Locale.ROOT,
                    "the liver's region has %.1f ml without lesions, less than a sphere of 3 cm",
                    ml));
        }
        Vec3 centroid = place.times(1.0 / count);
        return new Measured(
                mean, Math.sqrt(squares / (count - 1)), ml, g.toPatient(centroid.x(), centroid.y(), centroid.z()));
    }
}
