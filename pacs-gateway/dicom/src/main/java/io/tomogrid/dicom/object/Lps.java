package io.tomogrid.dicom.object;

/** A point or a step in patient space: LPS axes (PS3.3 C.7.6.2.1.1), mm. */
public record Lps(double x, double y, double z) {
    public Lps plus(Lps other) {
        return new Lps(x + other.x, y + other.y, z + other.z);
    }

    public Lps minus(Lps other) {
        return new Lps(x - other.x, y - other.y, z - other.z);
    }

    public Lps times(double factor) {
        return new Lps(x * factor, y * factor, z * factor);
    }

    public double dot(Lps other) {
        return x * other.x + y * other.y + z * other.z;
    }

    public Lps cross(Lps other) {
        return new Lps(y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x);
    }

    /** mm. */
    public double length() {
        return Math.sqrt(dot(this));
    }
}
