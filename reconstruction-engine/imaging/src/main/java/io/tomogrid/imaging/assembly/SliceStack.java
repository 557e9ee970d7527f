package io.tomogrid.imaging.assembly;

import io.tomogrid.imaging.Vec3;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Slices in order of their position.
 *
 * @param slices ascending along the normal, one for each position
 * @param step from a slice to the next, LPS mm; not parallel to the normal when the gantry was tilted
 * @param tiltDegrees angle between step and normal
 */
record SliceStack(List<SliceImage> slices, Vec3 step, double tiltDegrees) {
    /** Slices nearer than this are at the same position, mm. */
    private static final double SAME_PLACE = 0.01;
    /** Distances between slices that differ by more than this part of the usual one are reported. */
    private static final double NOTED = 0.01;
    /**
     * A slice may be this part of a step from where even spacing has it: scanners round where bed positions join (0.08 mm at a
     * step of 3.27 mm in a GE whole-body series of 6 beds), which is no reason to refuse a study.
     */
    private static final double REGULAR = 0.05;
    /** Positions are often rounded to hundredths of a millimetre: a distance may be off by this much, mm. */
    private static final double ROUNDING = 0.011;
    /** A distance above this many usual ones has a slice missing in it. */
    private static final double GAP = 1.5;

    /** @param notes gets a sentence for each duplicate that is left out, and one for slices that are not quite evenly spaced */
    static SliceStack of(List<SliceImage> images, List<String> notes) throws VolumeException {
        Vec3 normal = VolumeAssembly.normal(images.get(0));
        List<SliceImage> sorted = new ArrayList<>(images);
        sorted.sort(Comparator.comparingDouble((SliceImage s) -> s.position().dot(normal))
                .thenComparing(SliceImage::sopInstanceUid));
        List<SliceImage> slices = withoutDuplicates(sorted, normal, notes);
        if (slices.size() < 2) {
            throw new VolumeException(
                    "the series has images at one position only",
                    "a volume needs at least two slices, send the missing images");
        }
        complete(slices, normal, notes);
        Vec3 first = slices.get(0).position();
        Vec3 step = slices.get(slices.size() - 1).position().minus(first).times(1.0 / (slices.size() - 1));
        onOneLine(slices, first, step);
        double tilt = Math.toDegrees(Math.atan2(step.cross(normal).length(), step.dot(normal)));
        return new SliceStack(slices, step, tilt);
    }

    private static List<SliceImage> withoutDuplicates(List<SliceImage> sorted, Vec3 normal, List<String> notes)
            throws VolumeException {
        List<SliceImage> kept = new ArrayList<>();
        for (SliceImage slice : sorted) {
            SliceImage last = kept.isEmpty() ? null : kept.get(kept.size() - 1);
            if (last == null || height(slice, normal) - height(last, normal) > SAME_PLACE) {
                kept.add(slice);
                continue;
            }
            String where = String.format(Locale.ROOT, "%.2f mm", height(slice, normal));
            if (!sameImage(slice, last)) {
                throw new VolumeException(
                        "images " + last.sopInstanceUid() + " and " + slice.sopInstanceUid() + " are both at " + where
                                + " but show different pixels",
                        "send one time frame or gate as a series of its own");
            }
            notes.add("image " + slice.sopInstanceUid() + " at " + where + " is a duplicate of " + last.sopInstanceUid()
                    + " and was left out");
        }
        return kept;
    }

    private static boolean sameImage(SliceImage a, SliceImage b) {
        return a.position().minus(b.position()).length() <= SAME_PLACE
                && a.slope() == b.slope()
                && a.intercept() == b.intercept()
                && Arrays.equals(a.pixels().cells(), b.pixels().cells());
    }

    private static void complete(List<SliceImage> slices, Vec3 normal, List<String> notes) throws VolumeException {
        double[] distances = new double[slices.size() - 1];
        for (int k = 0; k < distances.length; k++) {
            distances[k] = height(slices.get(k + 1), normal) - height(slices.get(k), normal);
        }
        double usual = median(distances);
        List<String> missing = new ArrayList<>();
        List<String> uneven = new ArrayList<>();
        for (int k = 0; k < distances.length; k++) {
            String between = String.format(
                    Locale.ROOT,
                    "between %.2f and %.2f mm",
                    height(slices.get(k), normal),
                    height(slices.get(k + 1), normal));
            if (distances[k] > GAP * usual) {
                missing.add(between);
            } else if (Math.abs(distances[k] - usual) > NOTED * usual + ROUNDING) {
                uneven.add(between);
            }
        }
        if (!missing.isEmpty()) {
            throw new VolumeException(
                    "slice missing " + some(missing) + " along the slice normal, where the others are "
                            + String.format(Locale.ROOT, "%.3f mm apart", usual),
                    "send the missing images");
        }
        if (!uneven.isEmpty()) {
            notes.add("the slices are "
                    + String.format(Locale.ROOT, "%.3f mm apart, but not quite those ", usual) + some(uneven)
                    + "; they were taken as evenly spaced");
        }
    }

    private static void onOneLine(List<SliceImage> slices, Vec3 first, Vec3 step) throws VolumeException {
        Vec3 direction = step.unit();
        double tolerance = REGULAR * step.length() + ROUNDING;
        for (int k = 0; k < slices.size(); k++) {
            Vec3 off = slices.get(k).position().minus(first.plus(step.times(k)));
            double along = off.dot(direction);
            double beside = off.minus(direction.times(along)).length();
            if (beside > tolerance) {
                throw new VolumeException(
                        String.format(
                                Locale.ROOT,
                                "image %s lies %.2f mm beside the line through the first and the last slice",
                                slices.get(k).sopInstanceUid(),
                                beside),
                        "send the images of one acquisition only");
            }
            if (Math.abs(along) > tolerance) {
                throw new VolumeException(
                        String.format(
                                Locale.ROOT,
                                "the slices are not evenly spaced: image %s is %.2f mm from where steps of %.3f mm"
                                        + " have it",
                                slices.get(k).sopInstanceUid(),
                                along,
                                step.length()),
                        "send the series as it was reconstructed, with one slice spacing");
            }
        }
    }

    private static double height(SliceImage slice, Vec3 normal) {
        return slice.position().dot(normal);
    }

    /** The lower one of an even number: the distance without a gap. */
    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(sorted.length - 1) / 2];
    }

    private static String some(List<String> places) {
        int shown = Math.min(3, places.size());
        String text = String.join(", ", places.subList(0, shown));
        return places.size() > shown ? text + " and at " + (places.size() - shown) + " more places" : text;
    }
}
