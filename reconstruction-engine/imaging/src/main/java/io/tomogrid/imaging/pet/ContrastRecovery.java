package io.tomogrid.imaging.pet;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import java.util.ArrayList;
import java.util.List;

/**
 * Image quality after NEMA NU 2, section 7: mean of a disc as wide as the sphere through its centre, against twelve discs of
 * the same size in the background of each of five slices.
 *
 * @param hot mean over the sphere's disc, unit of the image
 * @param background mean of the background discs, unit of the image
 * @param recovery {@code (hot/background − 1)/(ratio − 1)}: 1 when all contrast is there
 * @param variability standard deviation between the background discs over their mean
 */
public record ContrastRecovery(
        ImageQualityPhantom.Sphere sphere, double hot, double background, double recovery, double variability) {
    private static final int DISCS = 12;
    private static final double[] SLICES_MM = {-20, -10, 0, 10, 20};
    private static final double EDGE_MM = 12;
    private static final int PARTS = 8;

    /**
     * Of every sphere.
     *
     * @param image axial: columns along x, rows along y
     * @param scannerCentre where the phantom's origin is, LPS, mm
     */
    public static List<ContrastRecovery> of(Volume image, ImageQualityPhantom phantom, Vec3 scannerCentre) {
        List<ContrastRecovery> all = new ArrayList<>();
        for (ImageQualityPhantom.Sphere sphere : phantom.spheres()) {
            double radius = sphere.diameterMm() / 2;
            double hot = disc(image, scannerCentre.plus(sphere.centre()), radius);
            List<Double> discs = new ArrayList<>();
            for (double z : SLICES_MM) {
                for (int n = 0; n < DISCS; n++) {
                    // between the directions of the spheres, as far outside as the largest disc fits
                    double angle = 2 * Math.PI * (n + 0.5) / DISCS;
                    double inset = EDGE_MM + largest(phantom) / 2;
                    Vec3 place = new Vec3(
                            (phantom.body().semiX() - inset) * Math.cos(angle),
                            (phantom.body().semiY() - inset) * Math.sin(angle),
                            z);
                    discs.add(disc(image, scannerCentre.plus(place), radius));
                }
            }
            double mean = discs.stream().mapToDouble(d -> d).average().orElseThrow();
            double squares =
                    discs.stream().mapToDouble(d -> (d - mean) * (d - mean)).sum();
            all.add(new ContrastRecovery(
                    sphere,
                    hot,
                    mean,
                    (hot / mean - 1) / (sphere.ratio() - 1),
                    Math.sqrt(squares / (discs.size() - 1)) / mean));
        }
        return all;
    }

    private static double largest(ImageQualityPhantom phantom) {
        return phantom.spheres().stream()
                .mapToDouble(ImageQualityPhantom.Sphere::diameterMm)
                .max()
                .orElse(0);
    }

    /** Mean over a disc in the slice nearest to its centre; pixels count by the part of them that lies inside. */
    private static double disc(Volume image, Vec3 centre, double radius) {
        Vec3 at = image.geometry().toVoxel(centre);
        int k = (int) Math.rint(at.z());
        double pixel = image.geometry().columnStep().length();
        int reach = (int) Math.ceil(radius / pixel) + 1;
        double sum = 0;
        double weights = 0;
        for (int j = (int) Math.rint(at.y()) - reach; j <= at.y() + reach; j++) {
            for (int i = (int) Math.rint(at.x()) - reach; i <= at.x() + reach; i++) {
                double weight = inside((i - at.x()) * pixel, (j - at.y()) * pixel, pixel, radius);
                if (weight > 0) {
                    sum += weight * image.at(i, j, k);
                    weights += weight;
                }
            }
        }
        return sum / weights;
    }

    private static double inside(double x, double y, double pixel, double radius) {
        int inside = 0;
        for (int n = 0; n < PARTS * PARTS; n++) {
            double dx = x + ((n % PARTS + 0.5) / PARTS - 0.5) * pixel;
            double dy = y + ((n / PARTS + 0.5) / PARTS - 0.5) * pixel;
            inside += dx * dx + dy * dy <= radius * radius ? 1 : 0;
        }
        return (double) inside / (PARTS * PARTS);
    }
}
