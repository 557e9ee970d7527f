package io.tomogrid.imaging.pet;

import io.tomogrid.imaging.Vec3;

/** A body whose intersection with a line is a formula. Millimetres, axes parallel to the coordinates'. */
public sealed interface Solid {
    /** Length of the part of the segment from a to b that lies inside, mm. */
    double chord(Vec3 a, Vec3 b);

    boolean contains(Vec3 point);

    /** @param semiAxes half the extent along x, y and z */
    record Ellipsoid(Vec3 centre, Vec3 semiAxes) implements Solid {
        public static Ellipsoid sphere(Vec3 centre, double diameter) {
            return new Ellipsoid(centre, new Vec3(diameter / 2, diameter / 2, diameter / 2));
        }

        @Override
        public double chord(Vec3 a, Vec3 b) {
            Vec3 start = scaled(a.minus(centre));
            Vec3 along = scaled(b.minus(a));
            double[] inside = Solid.roots(along.dot(along), start.dot(along), start.dot(start) - 1);
            return Math.max(0, inside[1] - inside[0]) * b.minus(a).length();
        }

        @Override
        public boolean contains(Vec3 point) {
            Vec3 p = scaled(point.minus(centre));
            return p.dot(p) <= 1;
        }

        private Vec3 scaled(Vec3 v) {
            return new Vec3(v.x() / semiAxes.x(), v.y() / semiAxes.y(), v.z() / semiAxes.z());
        }
    }

    /** An elliptic cylinder along z. @param semiX half its width in x @param semiY in y @param halfLength in z */
    record Cylinder(Vec3 centre, double semiX, double semiY, double halfLength) implements Solid {
        @Override
        public double chord(Vec3 a, Vec3 b) {
            double startX = (a.x() - centre.x()) / semiX;
            double startY = (a.y() - centre.y()) / semiY;
            double alongX = (b.x() - a.x()) / semiX;
            double alongY = (b.y() - a.y()) / semiY;
            double[] wall = Solid.roots(
                    alongX * alongX + alongY * alongY,
                    startX * alongX + startY * alongY,
                    startX * startX + startY * startY - 1);
            double startZ = a.z() - centre.z();
            double alongZ = b.z() - a.z();
            double[] ends = Solid.roots(alongZ * alongZ, startZ * alongZ, startZ * startZ - halfLength * halfLength);
            return Math.max(0, Math.min(wall[1], ends[1]) - Math.max(wall[0], ends[0]))
                    * b.minus(a).length();
        }

        @Override
        public boolean contains(Vec3 point) {
            double x = (point.x() - centre.x()) / semiX;
            double y = (point.y() - centre.y()) / semiY;
            return x * x + y * y <= 1 && Math.abs(point.z() - centre.z()) <= halfLength;
        }
    }

    /** Where {@code a·t² + 2b·t + c ≤ 0} for t from 0 to 1: first and last t, {0, 0} when nowhere. */
    private static double[] roots(double a, double b, double c) {
        if (a == 0) {
            return c <= 0 ? new double[] {0, 1} : new double[] {0, 0};
        }
        double discriminant = b * b - a * c;
        if (discriminant <= 0) {
            return new double[] {0, 0};
        }
        double root = Math.sqrt(discriminant);
        return new double[] {Math.max(0, (-b - root) / a), Math.min(1, (-b + root) / a)};
    }
}
