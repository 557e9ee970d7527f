package io.tomogrid.imaging;

import java.io.Serializable;

/** A point or a direction: in patient space LPS millimetres, in a grid voxel indices (column, row, slice). */
public record Vec3(double x, double y, double z) implements Serializable {
    public Vec3 plus(Vec3 o) {
        return new Vec3(x + o.x, y + o.y, z + o.z);
    }

    public Vec3 minus(Vec3 o) {
        return new Vec3(x - o.x, y - o.y, z - o.z);
    }

    public Vec3 times(double f) {
        return new Vec3(x * f, y * f, z * f);
    }

    public double dot(Vec3 o) {
        return x * o.x + y * o.y + z * o.z;
    }

    public Vec3 cross(Vec3 o) {
        return new Vec3(y * o.z - z * o.y, z * o.x - x * o.z, x * o.y - y * o.x);
    }

    public double length() {
        return Math.sqrt(dot(this));
    }

    /** @throws ArithmeticException if the length is zero or not finite */
    public Vec3 unit() {
        double length = length();
        if (!(length > 0) || Double.isInfinite(length)) {
            throw new ArithmeticException("a vector of length " + length + " has no direction");
        }
        return times(1 / length);
    }
}
