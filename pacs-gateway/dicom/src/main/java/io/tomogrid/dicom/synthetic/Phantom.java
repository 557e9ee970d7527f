package io.tomogrid.dicom.synthetic;

import io.tomogrid.dicom.object.ImageGrid;
import io.tomogrid.dicom.object.Lps;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The body: an ellipsoid of soft tissue with two lungs, a spine and eight hot spheres. Values are sampled at voxel
 * centres: no blur, no noise, no partial volume.
 */
final class Phantom {
    static final Lps CENTRE = new Lps(0, -160, -420);
    static final double SPHERE_SUV = 8.0;
    static final double BODY_SUV = 0.5;
    private static final double LUNG_SUV = 0.3;
    private static final int AIR_HU = -1000;
    private static final int LUNG_HU = -750;
    private static final int SOFT_TISSUE_HU = 40;
    private static final int BONE_HU = 400;

    private static final Ellipsoid BODY = new Ellipsoid(CENTRE, new Lps(190, 130, 310));
    private static final Ellipsoid RIGHT_LUNG = new Ellipsoid(CENTRE.plus(new Lps(-75, 0, 90)), new Lps(50, 70, 110));
    private static final Ellipsoid LEFT_LUNG = new Ellipsoid(CENTRE.plus(new Lps(75, 0, 90)), new Lps(50, 70, 110));
    private static final Lps SPINE = CENTRE.plus(new Lps(0, 75, 0));
    private static final double SPINE_RADIUS = 18;
    private static final double SPINE_HALF_LENGTH = 180;

    /** Where the spheres lie from the centre of the body, up to the shift that takes their centres off the grid. */
    private static final List<Place> PLACES = List.of(
            new Place(10, new Lps(0, -60, -150)),
            new Place(13, new Lps(0, -40, 220)),
            new Place(17, new Lps(60, 10, -190)),
            new Place(22, new Lps(-60, 10, -190)),
            new Place(28, new Lps(0, -40, 110)),
            new Place(37, new Lps(0, -50, 20)),
            new Place(45, new Lps(80, -10, -70)),
            new Place(60, new Lps(-85, -10, -80)));

    private static final double MAX_SHIFT_MM = 2;
    private static final double SAMPLING_TOLERANCE = 0.05;
    private static final int ATTEMPTS = 10_000;

    private final List<Sphere> spheres;

    private Phantom(List<Sphere> spheres) {
        this.spheres = spheres;
    }

    private record Place(double diameterMm, Lps fromCentre) {}

    private record Ellipsoid(Lps centre, Lps semiAxes) {
        boolean contains(double x, double y, double z) {
            double dx = (x - centre.x()) / semiAxes.x();
            double dy = (y - centre.y()) / semiAxes.y();
            double dz = (z - centre.z()) / semiAxes.z();
            return dx * dx + dy * dy + dz * dz <= 1;
        }
    }

    /**
     * Shifts each sphere by up to 2 mm per axis until it holds its volume to 5 % on the PET's grid. A shift is drawn from
     * the seed; without this choice a 10 mm sphere in voxels of 4 mm can be 15 % off.
     */
    static Phantom of(long seed, ImageGrid pet) {
        Random random = new Random(seed);
        List<Sphere> spheres = new ArrayList<>();
        for (Place place : PLACES) {
            spheres.add(place(place, random, pet));
        }
        return new Phantom(List.copyOf(spheres));
    }

    List<Sphere> spheres() {
        return spheres;
    }

    /** Spheres that cut the plane. */
    List<Sphere> spheresAt(double z) {
        return spheres.stream()
                .filter(s -> Math.abs(s.centre().z() - z) <= s.radiusMm())
                .toList();
    }

    /** SUVbw of each pixel of an axial slice, [rows][columns]. */
    float[] suv(ImageGrid grid, int k) {
        double z = grid.position(k).z();
        List<Sphere> hot = spheresAt(z);
        float[] suv = new float[grid.pixelsPerSlice()];
        for (int j = 0, at = 0; j < grid.rows(); j++) {
            double y = grid.origin().y() + j * grid.rowStep().y();
            for (int i = 0; i < grid.columns(); i++, at++) {
                double x = grid.origin().x() + i * grid.columnStep().x();
                if (BODY.contains(x, y, z)) {
                    suv[at] = (float) suv(hot, x, y, z);
                }
            }
        }
        return suv;
    }

    /** Hounsfield units of each pixel of an axial slice, [rows][columns]. Spheres are soft tissue. */
    short[] hounsfield(ImageGrid grid, int k) {
        double z = grid.position(k).z();
        short[] hu = new short[grid.pixelsPerSlice()];
        for (int j = 0, at = 0; j < grid.rows(); j++) {
            double y = grid.origin().y() + j * grid.rowStep().y();
            for (int i = 0; i < grid.columns(); i++, at++) {
                hu[at] = (short)
                        hounsfield(grid.origin().x() + i * grid.columnStep().x(), y, z);
            }
        }
        return hu;
    }

    private static double suv(List<Sphere> hot, double x, double y, double z) {
        for (Sphere sphere : hot) {
            if (sphere.contains(new Lps(x, y, z))) {
                return sphere.suv();
            }
        }
        return lung(x, y, z) ? LUNG_SUV : BODY_SUV;
    }

    private static int hounsfield(double x, double y, double z) {
        if (!BODY.contains(x, y, z)) {
            return AIR_HU;
        }
        if (lung(x, y, z)) {
            return LUNG_HU;
        }
        double dx = x - SPINE.x();
        double dy = y - SPINE.y();
        boolean spine =
                dx * dx + dy * dy <= SPINE_RADIUS * SPINE_RADIUS && Math.abs(z - SPINE.z()) <= SPINE_HALF_LENGTH;
        return spine ? BONE_HU : SOFT_TISSUE_HU;
    }

    private static boolean lung(double x, double y, double z) {
        return RIGHT_LUNG.contains(x, y, z) || LEFT_LUNG.contains(x, y, z);
    }

    private static Sphere place(Place place, Random random, ImageGrid pet) {
        double radius = place.diameterMm() / 2;
        double volume = 4.0 / 3 * Math.PI * radius * radius * radius / 1000;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Lps shift = new Lps(shift(random), shift(random), shift(random));
            Lps centre = CENTRE.plus(place.fromCentre()).plus(shift);
            double sampled = sampledMl(pet, centre, radius);
            Sphere sphere = new Sphere(centre, place.diameterMm(), SPHERE_SUV, volume, sampled);
            if (Math.abs(sphere.samplingError()) <= SAMPLING_TOLERANCE) {
                return sphere;
            }
        }
        throw new IllegalStateException("no place for the sphere of " + place.diameterMm() + " mm");
    }

    private static double shift(Random random) {
        return (2 * random.nextDouble() - 1) * MAX_SHIFT_MM;
    }

    private static double sampledMl(ImageGrid grid, Lps centre, double radius) {
        Lps first = centre.minus(grid.origin());
        double dx = grid.columnStep().x();
        double dy = grid.rowStep().y();
        double dz = grid.sliceStep().z();
        long inside = 0;
        for (long k = (long) Math.floor((first.z() - radius) / dz); k * dz <= first.z() + radius; k++) {
            for (long j = (long) Math.floor((first.y() - radius) / dy); j * dy <= first.y() + radius; j++) {
                for (long i = (long) Math.floor((first.x() - radius) / dx); i * dx <= first.x() + radius; i++) {
                    Lps d = new Lps(i * dx, j * dy, k * dz).minus(first);
                    inside += d.dot(d) <= radius * radius ? 1 : 0;
                }
            }
        }
        return inside * dx * dy * dz / 1000;
    }
}
