package io.tomogrid.imaging.ct;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.Solid;
import java.util.List;

/**
 * Bodies of uniform attenuation, whose line integrals are formulas.
 *
 * @param parts attenuations add up where bodies overlap
 */
public record CtPhantom(List<Part> parts) {
    /** Of water at 70 keV, 1/mm. */
    public static final double WATER_PER_MM = 0.01928;

    /** @param perMm attenuation that is added inside, 1/mm; may be negative */
    public record Part(Solid solid, double perMm) {}

    public CtPhantom {
        parts = List.copyOf(parts);
    }

    /**
     * A cylinder of water 200 mm wide that holds rods of air, acrylic (120 HU) and bone (955 HU) 25 mm wide, and spheres of
     * 1000 HU at known places; like the body of a quality phantom.
     */
    public static CtPhantom quality(double centreZ, double lengthMm) {
        return new CtPhantom(List.of(
                part(new Solid.Cylinder(new Vec3(0, 0, centreZ), 100, 100, lengthMm / 2), 0, -1000),
                part(new Solid.Cylinder(new Vec3(60, 0, centreZ), 12.5, 12.5, lengthMm / 2), -1000, 0),
                part(new Solid.Cylinder(new Vec3(0, 60, centreZ), 12.5, 12.5, lengthMm / 2), 120, 0),
                part(new Solid.Cylinder(new Vec3(-60, 0, centreZ), 12.5, 12.5, lengthMm / 2), 955, 0),
                part(Solid.Ellipsoid.sphere(new Vec3(0, -60, centreZ), 10), 1000, 0),
                part(Solid.Ellipsoid.sphere(new Vec3(30, -35, centreZ + 6), 8), 1000, 0)));
    }

    /** @param hu of the body @param instead of what it replaces, HU */
    public static Part part(Solid solid, double hu, double instead) {
        return new Part(solid, (hu - instead) / 1000 * WATER_PER_MM);
    }

    /** Along the segment from a to b, without unit. */
    public double integral(Vec3 a, Vec3 b) {
        double sum = 0;
        for (Part part : parts) {
            sum += part.perMm() * part.solid().chord(a, b);
        }
        return sum;
    }

    /** Attenuation at a point in HU: water 0, nothing −1000. */
    public double hu(Vec3 point) {
        double perMm = 0;
        for (Part part : parts) {
            perMm += part.solid().contains(point) ? part.perMm() : 0;
        }
        return 1000 * (perMm / WATER_PER_MM - 1);
    }
}
