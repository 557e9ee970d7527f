package io.tomogrid.imaging.assembly;

import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Puts the slices of one series together (PRC-02). Slices are sorted by where they are, never by Instance Number or
 * Slice Location; the distance between slices comes from their positions, never from Slice Thickness. Every slice is
 * rescaled with its own slope and intercept, in double, then rounded to float. The same slices in any order give the
 * same volume on any number of threads (PRC-07).
 */
public final class VolumeAssembly {
    /** Largest angle between the steps and the normal that is not called a tilt, degrees. */
    public static final double TILT_DEGREES = 0.1;

    private VolumeAssembly() {}

    /**
     * @param slices images of one series, in any order
     * @param unit UCUM unit of the rescaled values
     * @param outside value for pixels that are padding: nothing was imaged there
     * @throws VolumeException if the slices do not agree, one is missing, or they are not evenly spaced
     */
    public static AssembledVolume assemble(List<SliceImage> slices, String unit, float outside) throws VolumeException {
        List<String> notes = new ArrayList<>();
        SliceAgreement.check(slices);
        SliceStack stack = SliceStack.of(slices, notes);
        List<SliceImage> sorted = stack.slices();
        SliceImage first = sorted.get(0);
        if (stack.tiltDegrees() > TILT_DEGREES) {
            notes.add(String.format(
                    java.util.Locale.ROOT,
                    "the slices are tilted by %.2f degrees against their normal (gantry tilt); the geometry keeps the shear",
                    stack.tiltDegrees()));
        }
        GridSize size;
        try {
            size = new GridSize(first.columns(), first.rows(), sorted.size());
        } catch (IllegalArgumentException e) {
            throw new VolumeException(e.getMessage(), "the series is too large for one volume, send it in parts");
        }
        var geometry = new VolumeGeometry(
                size,
                first.position(),
                first.alongRow().unit().times(first.columnSpacing()),
                first.alongColumn().unit().times(first.rowSpacing()),
                stack.step(),
                first.frameOfReferenceUid());
        float[] voxels = new float[size.voxels()];
        long padded = IntStream.range(0, sorted.size())
                .parallel()
                .mapToLong(k -> rescale(sorted.get(k), voxels, size.index(0, 0, k), outside))
                .sum();
        if (padded > 0) {
            notes.add(padded + " pixels are padding and were set to " + outside + " " + unit);
        }
        return new AssembledVolume(
                new Volume(geometry, voxels, unit),
                sorted.stream().map(SliceImage::sopInstanceUid).toList(),
                notes);
    }

    /** @return how many pixels were padding */
    private static long rescale(SliceImage slice, float[] voxels, int offset, float outside) {
        StoredPixels pixels = slice.pixels();
        StoredPixels.Padding padding = pixels.padding();
        int n = slice.rows() * slice.columns();
        long padded = 0;
        for (int p = 0; p < n; p++) {
            int stored = pixels.value(p);
            if (padding.holds(stored)) {
                voxels[offset + p] = outside;
                padded++;
            } else {
                voxels[offset + p] = (float) (slice.slope() * stored + slice.intercept());
            }
        }
        return padded;
    }

    /** Unit vector of row direction × column direction. */
    static Vec3 normal(SliceImage slice) {
        return slice.alongRow().cross(slice.alongColumn()).unit();
    }
}
