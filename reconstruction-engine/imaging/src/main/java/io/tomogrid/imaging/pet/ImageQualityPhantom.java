package io.tomogrid.imaging.pet;

import io.tomogrid.imaging.Vec3;
import java.util.ArrayList;
import java.util.List;

/**
 * After the image quality phantom of NEMA NU 2: a cylinder of water with a warm background, longer than the scanner, and six
 * hot spheres of 10 to 37 mm whose centres lie on a circle of 114.4 mm in its middle plane. Scanner coordinates, mm.
 *
 * @param backgroundBqMl activity concentration of the water at the start of the acquisition
 * @param body the water
 * @param spheres in ascending order of size
 */
public record ImageQualityPhantom(double backgroundBqMl, Solid.Cylinder body, List<Sphere> spheres) {
    /** Of water at 511 keV, 1/mm. */
    public static final double WATER_PER_MM = 0.0096;

    private static final double[] DIAMETERS_MM = {10, 13, 17, 22, 28, 37};
    private static final double CIRCLE_RADIUS_MM = 57.2;
    private static final double SEMI_X_MM = 165;
    private static final double SEMI_Y_MM = 130;

    public ImageQualityPhantom {
        spheres = List.copyOf(spheres);
    }

    /** @param ratio its activity concentration over the background's */
    public record Sphere(Vec3 centre, double diameterMm, double ratio) {
        Solid solid() {
            return Solid.Ellipsoid.sphere(centre, diameterMm);
        }
    }

    /** @param ratio of all spheres, 4 in NEMA NU 2 @param halfLengthMm of the body, beyond what the scanner sees */
    public static ImageQualityPhantom nema(double backgroundBqMl, double ratio, double halfLengthMm) {
        List<Sphere> spheres = new ArrayList<>();
        int n = DIAMETERS_MM.length;
        for (int s = 0; s < n; s++) {
            // the largest one on the x axis, where the body is widest
            double angle = 2 * Math.PI * (s + 1) / n;
            spheres.add(new Sphere(
                    new Vec3(CIRCLE_RADIUS_MM * Math.cos(angle), CIRCLE_RADIUS_MM * Math.sin(angle), 0),
                    DIAMETERS_MM[s],
                    ratio));
        }
        return new ImageQualityPhantom(
                backgroundBqMl, new Solid.Cylinder(new Vec3(0, 0, 0), SEMI_X_MM, SEMI_Y_MM, halfLengthMm), spheres);
    }

    /** Bq/ml at a point. */
    public double activity(Vec3 point) {
        for (Sphere sphere : spheres) {
            if (sphere.solid().contains(point)) {
                return backgroundBqMl * sphere.ratio();
            }
        }
        return body.contains(point) ? backgroundBqMl : 0;
    }

    /** Line integral of the activity from a point to another, Bq/ml · mm. */
    public double lineIntegral(Vec3 from, Vec3 to) {
        double integral = backgroundBqMl * body.chord(from, to);
        for (Sphere sphere : spheres) {
            integral += backgroundBqMl * (sphere.ratio() - 1) * sphere.solid().chord(from, to);
        }
        return integral;
    }

    /** Part of the photons that pass from a point to another. */
    public double transmission(Vec3 from, Vec3 to) {
        return Math.exp(-WATER_PER_MM * body.chord(from, to));
    }

    /** What of the phantom a transaxial line can meet; its planes share the choice. */
    Slice along(CylindricalScanner.TransaxialLine line) {
        List<Sphere> met = spheres.stream()
                .filter(s -> line.distance(s.centre().x(), s.centre().y()) < s.diameterMm() / 2)
                .toList();
        return new Slice(this, met);
    }

    record Slice(ImageQualityPhantom phantom, List<Sphere> spheres) {
        /** Chord through the water, mm. */
        double waterMm(CylindricalScanner.Lor lor) {
            return phantom.body.chord(lor.first(), lor.second());
        }

        /** Line integral of the activity, Bq/ml · mm, given the chord through the water. */
        double activity(CylindricalScanner.Lor lor, double waterMm) {
            double integral = phantom.backgroundBqMl * waterMm;
            for (Sphere sphere : spheres) {
                integral += phantom.backgroundBqMl
                        * (sphere.ratio() - 1)
                        * sphere.solid().chord(lor.first(), lor.second());
            }
            return integral;
        }
    }
}
