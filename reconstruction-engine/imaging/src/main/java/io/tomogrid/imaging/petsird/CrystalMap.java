package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.PetRawException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Where the detecting elements of a scanner are on rings around an axis. Gaps between modules are places without an element.
 *
 * @param perRing places on a ring, even @param phase of the first, in places from the x axis
 * @param centre of the scanner, gantry coordinates, mm
 * @param crystals place on its ring of each element, module by module @param ofRing ring of each element
 * @param elementsPerModule how many elements a module has
 */
record CrystalMap(
        int perRing,
        double phase,
        double radiusMm,
        int rings,
        double pitchMm,
        Vec3 centre,
        int[] crystals,
        int[] ofRing,
        int elementsPerModule) {
    private static final int MOST_ELEMENTS = 1 << 22;
    private static final int MOST_PER_RING = 1 << 14;
    private static final int MOST_RINGS = 1 << 12;
    /** Of a place, how far an element may be from its middle: those of a flat module are not evenly spaced. */
    private static final double TOLERANCE = 0.25;

    private static final double ROUND = 0.03;
    private static final double SAME_MM = 0.05;

    /** Of the only type of module. @throws PetRawException if its elements are on no cylinder along z, or in layers */
    static CrystalMap of(YardlRecord scanner) throws PetRawException {
        List<?> types = scanner.record("scannerGeometry").list("replicatedModules");
        if (types.size() != 1) {
            throw new PetRawException("PETSIRD: expected 1 type of module (replicatedModules), got " + types.size());
        }
        YardlRecord module = YardlRecord.of(YardlRecord.class, "replicatedModules", types.get(0));
        YardlRecord elements = module.record("object").record("detectingElements");
        List<?> modules = module.list("transforms");
        List<?> places = elements.list("transforms");
        if (modules.isEmpty() || places.isEmpty() || (long) modules.size() * places.size() > MOST_ELEMENTS) {
            throw new PetRawException("PETSIRD: expected 1 to " + MOST_ELEMENTS + " detecting elements, got "
                    + modules.size() + " modules of " + places.size());
        }
        Vec3 box = middle(elements.record("object").record("shape").list("corners"));
        Vec3[] at = new Vec3[modules.size() * places.size()];
        for (int n = 0; n < at.length; n++) {
            at[n] = moved(modules.get(n / places.size()), moved(places.get(n % places.size()), box));
            if (!Double.isFinite(at[n].x() + at[n].y() + at[n].z())) {
                throw new PetRawException("PETSIRD: the place of detecting element " + n + " is " + at[n]);
            }
        }
        return of(at, places.size());
    }

    private static CrystalMap of(Vec3[] at, int perModule) throws PetRawException {
        double x = Arrays.stream(at).mapToDouble(Vec3::x).average().orElseThrow();
        double y = Arrays.stream(at).mapToDouble(Vec3::y).average().orElseThrow();
        double radius = Arrays.stream(at)
                .mapToDouble(p -> Math.hypot(p.x() - x, p.y() - y))
                .average()
                .orElseThrow();
        for (int n = 0; n < at.length; n++) {
            double own = Math.hypot(at[n].x() - x, at[n].y() - y);
            if (!(Math.abs(own - radius) <= ROUND * radius)) {
                throw new PetRawException(String.format(
                        Locale.ROOT,
                        "PETSIRD: detecting element %d is %.2f mm from the axis, all together %.2f mm: layers and scanners"
                                + " that are no cylinder along z are not read",
                        n,
                        own,
                        radius));
            }
        }
        double[] levels = levels(at);
        if (levels.length < 2) {
            throw new PetRawException("PETSIRD: expected at least 2 rings of detecting elements along z, got 1");
        }
        double pitch = pitch(levels);
        int rings = 1 + (int) Math.min(MOST_RINGS, Math.rint((levels[levels.length - 1] - levels[0]) / pitch));
        int[] ofRing = new int[at.length];
        for (int n = 0; n < at.length; n++) {
            double ring = (at[n].z() - levels[0]) / pitch;
            ofRing[n] = (int) Math.rint(ring);
            if (Math.abs(ring - ofRing[n]) > TOLERANCE || ofRing[n] >= rings) {
                throw new PetRawException(String.format(
                        Locale.ROOT,
                        "PETSIRD: detecting element %d at z = %.2f mm is on no ring of a pitch of %.3f mm",
                        n,
                        at[n].z(),
                        pitch));
            }
        }
        double[] angles = Arrays.stream(at)
                .mapToDouble(p -> Math.atan2(p.y() - y, p.x() - x))
                .toArray();
        Vec3 centre = new Vec3(x, y, (levels[0] + levels[levels.length - 1]) / 2);
        return placed(
                angles, ofRing, new CrystalMap(0, 0, radius, rings, pitch, centre, new int[0], ofRing, perModule));
    }

    /** The smallest even number of places that every element is near to one of. */
    private static CrystalMap placed(double[] angles, int[] ofRing, CrystalMap without) throws PetRawException {
        int[] onRing = new int[without.rings];
        Arrays.stream(ofRing).forEach(ring -> onRing[ring]++);
        int least = Arrays.stream(onRing).max().orElseThrow();
        for (int count = Math.max(4, least + least % 2); count <= Math.min(MOST_PER_RING, 2 * least + 2); count += 2) {
            double sine = 0;
            double cosine = 0;
            for (double angle : angles) {
                sine += Math.sin(count * angle);
                cosine += Math.cos(count * angle);
            }
            double turn = Math.atan2(sine, cosine) / (2 * Math.PI);
            double phase = turn < 0 ? turn + 1 : turn;
            int[] crystals = new int[angles.length];
            boolean fits = true;
            for (int n = 0; fits && n < angles.length; n++) {
                double place = angles[n] / (2 * Math.PI) * count - phase;
                crystals[n] = Math.floorMod((int) Math.rint(place), count);
                fits = Math.abs(place - Math.rint(place)) <= TOLERANCE;
            }
            if (fits && apart(crystals, ofRing, count)) {
                return new CrystalMap(
                        count,
                        phase,
                        without.radiusMm,
                        without.rings,
                        without.pitchMm,
                        without.centre,
                        crystals,
                        ofRing,
                        without.elementsPerModule);
            }
        }
        throw new PetRawException("PETSIRD: its " + angles.length + " detecting elements are on " + without.rings
                + " rings, but not evenly spaced on them, or several in one place: the geometry does not close");
    }

    private static boolean apart(int[] crystals, int[] ofRing, int count) {
        boolean[] taken = new boolean[count * (Arrays.stream(ofRing).max().orElse(0) + 1)];
        for (int n = 0; n < crystals.length; n++) {
            int place = ofRing[n] * count + crystals[n];
            if (taken[place]) {
                return false;
            }
            taken[place] = true;
        }
        return true;
    }

    private static double[] levels(Vec3[] at) {
        double[] all = Arrays.stream(at).mapToDouble(Vec3::z).sorted().toArray();
        List<Double> levels = new ArrayList<>();
        for (double z : all) {
            if (levels.isEmpty() || z - levels.get(levels.size() - 1) > SAME_MM) {
                levels.add(z);
            }
        }
        return levels.stream().mapToDouble(z -> z).toArray();
    }

    private static double pitch(double[] levels) {
        double least = Double.POSITIVE_INFINITY;
        for (int n = 1; n < levels.length; n++) {
            least = Math.min(least, levels[n] - levels[n - 1]);
        }
        // whole pitches between the outermost rings, so that rounding does not add up
        double whole = levels[levels.length - 1] - levels[0];
        return whole / Math.max(1, Math.rint(whole / least));
    }

    private static Vec3 middle(List<?> corners) throws PetRawException {
        Vec3 sum = new Vec3(0, 0, 0);
        for (Object corner : corners) {
            float[] c = YardlRecord.of(YardlRecord.class, "corners", corner).floats("c");
            if (c.length != 3) {
                throw new PetRawException("PETSIRD: expected corners of 3 coordinates, got " + c.length);
            }
            sum = sum.plus(new Vec3(c[0], c[1], c[2]));
        }
        double parts = Math.max(1, corners.size());
        return new Vec3(sum.x() / parts, sum.y() / parts, sum.z() / parts);
    }

    private static Vec3 moved(Object transform, Vec3 p) throws PetRawException {
        float[] m = matrix(YardlRecord.of(YardlRecord.class, "transforms", transform));
        return new Vec3(
                m[0] * p.x() + m[1] * p.y() + m[2] * p.z() + m[3],
                m[4] * p.x() + m[5] * p.y() + m[6] * p.z() + m[7],
                m[8] * p.x() + m[9] * p.y() + m[10] * p.z() + m[11]);
    }

    /** Of a rigid transformation, three rows of four. */
    static float[] matrix(YardlRecord transform) throws PetRawException {
        float[] matrix = transform.floats("matrix");
        if (matrix.length != 12) {
            throw new PetRawException("PETSIRD: expected transformations of 3 x 4 numbers, got " + matrix.length);
        }
        return matrix;
    }

    /** Elements that stand at each [rings][perRing]; −1 in a gap. */
    int[] elements() {
        int[] elements = new int[rings * perRing];
        Arrays.fill(elements, -1);
        for (int n = 0; n < crystals.length; n++) {
            elements[ofRing[n] * perRing + crystals[n]] = n;
        }
        return elements;
    }
}
