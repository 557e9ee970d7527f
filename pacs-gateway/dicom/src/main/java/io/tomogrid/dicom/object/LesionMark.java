package io.tomogrid.dicom.object;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a lesion is shown: a circle on the slice in which it has the most voxels, the lowest one of several.
 *
 * @param segment number of the lesion's segment
 * @param slice of the PET's grid, from 0
 * @param column of the circle's centre in pixels from the centre of the first pixel
 * @param row likewise
 * @param radius pixels; all of the lesion's voxels in the slice lie within
 */
public record LesionMark(int segment, int slice, double column, double row, double radius) {
    private static final double MARGIN = 1.5;

    /**
     * One mark for each segment, in their order.
     *
     * @param labels number of the segment that a voxel belongs to, 0 for none; [slices][rows][columns]
     * @throws IllegalArgumentException if a segment has no voxel
     */
    public static List<LesionMark> of(ImageGrid grid, int[] labels, int segments) {
        int pixels = grid.pixelsPerSlice();
        int[][] voxels = new int[segments + 1][grid.slices()];
        for (int at = 0; at < labels.length; at++) {
            voxels[labels[at]][at / pixels]++;
        }
        List<LesionMark> marks = new ArrayList<>();
        for (int segment = 1; segment <= segments; segment++) {
            marks.add(mark(grid, labels, segment, largest(voxels[segment])));
        }
        return marks;
    }

    private static int largest(int[] counts) {
        int largest = 0;
        for (int k = 1; k < counts.length; k++) {
            if (counts[k] > counts[largest]) {
                largest = k;
            }
        }
        return largest;
    }

    private static LesionMark mark(ImageGrid grid, int[] labels, int segment, int slice) {
        int columns = grid.columns();
        int from = slice * grid.pixelsPerSlice();
        int left = columns;
        int right = -1;
        int top = grid.rows();
        int bottom = -1;
        for (int n = 0; n < grid.pixelsPerSlice(); n++) {
            if (labels[from + n] == segment) {
                left = Math.min(left, n % columns);
                right = Math.max(right, n % columns);
                top = Math.min(top, n / columns);
                bottom = Math.max(bottom, n / columns);
            }
        }
        if (right < 0) {
            throw new IllegalArgumentException("segment " + segment + " has no voxel");
        }
        double radius = Math.hypot(right - left, bottom - top) / 2 + MARGIN;
        return new LesionMark(segment, slice, (left + right) / 2.0, (top + bottom) / 2.0, radius);
    }
}
