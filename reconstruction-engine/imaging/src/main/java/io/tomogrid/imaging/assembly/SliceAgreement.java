package io.tomogrid.imaging.assembly;

import io.tomogrid.imaging.Vec3;
import java.util.List;

/** What the slices of one volume must have in common. */
final class SliceAgreement {
    private static final double DIRECTION = 1e-3;
    private static final double RELATIVE_SPACING = 1e-3;
    private static final String SPLIT = "send the images of one acquisition only, or repair this image";

    private SliceAgreement() {}

    static void check(List<SliceImage> slices) throws VolumeException {
        if (slices.isEmpty()) {
            throw new VolumeException("the series has no images", "send it again");
        }
        for (SliceImage slice : slices) {
            complete(slice);
        }
        SliceImage first = slices.get(0);
        for (SliceImage slice : slices) {
            agree(slice, first);
        }
    }

    private static void complete(SliceImage s) throws VolumeException {
        require(s, finite(s.position()), "Image Position (Patient) is not three numbers");
        require(s, finite(s.alongRow()) && finite(s.alongColumn()), "Image Orientation (Patient) is not six numbers");
        require(
                s,
                unit(s.alongRow())
                        && unit(s.alongColumn())
                        && Math.abs(s.alongRow().dot(s.alongColumn())) < DIRECTION,
                "Image Orientation (Patient) is not two perpendicular directions");
        require(
                s,
                s.rowSpacing() > 0
                        && s.columnSpacing() > 0
                        && Double.isFinite(s.rowSpacing())
                        && Double.isFinite(s.columnSpacing()),
                "Pixel Spacing is not two positive numbers");
        require(
                s,
                Double.isFinite(s.slope()) && s.slope() != 0 && Double.isFinite(s.intercept()),
                "Rescale Slope is " + s.slope() + " and Rescale Intercept " + s.intercept());
        long expected = (long) s.rows() * s.columns();
        require(
                s,
                expected > 0 && s.pixels().cells().length == expected,
                "Pixel Data has " + s.pixels().cells().length + " pixels where Rows × Columns is " + expected);
    }

    private static void agree(SliceImage s, SliceImage first) throws VolumeException {
        differ(s, s.frameOfReferenceUid().equals(first.frameOfReferenceUid()), "Frame of Reference UID");
        differ(s, s.rows() == first.rows() && s.columns() == first.columns(), "Rows and Columns");
        differ(
                s,
                same(s.rowSpacing(), first.rowSpacing()) && same(s.columnSpacing(), first.columnSpacing()),
                "Pixel Spacing");
        differ(
                s,
                s.alongRow().minus(first.alongRow()).length() < DIRECTION
                        && s.alongColumn().minus(first.alongColumn()).length() < DIRECTION,
                "Image Orientation (Patient)");
    }

    private static void require(SliceImage s, boolean holds, String fault) throws VolumeException {
        if (!holds) {
            throw new VolumeException("image " + s.sopInstanceUid() + ": " + fault, "repair it at its source");
        }
    }

    private static void differ(SliceImage s, boolean same, String attribute) throws VolumeException {
        if (!same) {
            throw new VolumeException(
                    "image " + s.sopInstanceUid() + ": its " + attribute + " differs from that of the other images",
                    SPLIT);
        }
    }

    private static boolean same(double a, double b) {
        return Math.abs(a - b) <= RELATIVE_SPACING * b;
    }

    private static boolean unit(Vec3 v) {
        return Math.abs(v.length() - 1) < DIRECTION;
    }

    private static boolean finite(Vec3 v) {
        return Double.isFinite(v.x()) && Double.isFinite(v.y()) && Double.isFinite(v.z());
    }
}
