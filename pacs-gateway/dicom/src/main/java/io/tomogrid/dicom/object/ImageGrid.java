package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;

/**
 * A stack of parallel planes in patient space: the centre of pixel (column i, row j) of slice k is
 * {@code origin + i·columnStep + j·rowStep + k·sliceStep}. Pixels of a slice lie row by row: {@code j·columns + i}.
 *
 * @param origin centre of voxel (0, 0, 0), LPS mm
 * @param columnStep from a pixel to the next column, mm
 * @param rowStep from a pixel to the next row, mm
 * @param sliceStep from a pixel to the next slice, mm
 */
public record ImageGrid(int columns, int rows, int slices, Lps origin, Lps columnStep, Lps rowStep, Lps sliceStep) {
    private static final double SMALLEST_VOXEL_MM3 = 1e-9;

    public ImageGrid {
        if (columns < 1 || rows < 1 || slices < 1 || columns > 0xffff || rows > 0xffff) {
            throw new IllegalArgumentException(
                    "grid: expected 1 to 65535 columns and rows, got " + columns + "x" + rows + "x" + slices);
        }
        double volume = Math.abs(columnStep.cross(rowStep).dot(sliceStep));
        if (!(volume > SMALLEST_VOXEL_MM3)) {
            throw new IllegalArgumentException(
                    "voxel: expected three independent directions, got a volume of " + volume + " mm3");
        }
    }

    public int pixelsPerSlice() {
        return columns * rows;
    }

    /** Image Position (Patient) of slice k. */
    public Lps position(int k) {
        return origin.plus(sliceStep.times(k));
    }

    /** Distance of two planes along their normal, mm; differs from the length of the slice step when the stack is sheared. */
    public double planeDistance() {
        Lps normal = columnStep.cross(rowStep);
        return Math.abs(sliceStep.dot(normal)) / normal.length();
    }

    /** The slice index, generally fractional, of a point in patient space. */
    double sliceOf(Lps point) {
        Lps normal = columnStep.cross(rowStep);
        return point.minus(origin).dot(normal) / sliceStep.dot(normal);
    }

    /** Image Plane Module, PS3.3 C.7.6.2, of slice k. */
    void putPlane(Dataset image, int k) {
        putPosition(image, k);
        putOrientation(image);
        putMeasures(image);
    }

    void putPosition(Dataset item, int k) {
        Lps p = position(k);
        item.put(Tag.ImagePositionPatient, p.x(), p.y(), p.z());
    }

    void putOrientation(Dataset item) {
        Lps row = columnStep.times(1 / columnStep.length());
        Lps column = rowStep.times(1 / rowStep.length());
        item.put(Tag.ImageOrientationPatient, row.x(), row.y(), row.z(), column.x(), column.y(), column.z());
    }

    void putMeasures(Dataset item) {
        item.put(Tag.PixelSpacing, rowStep.length(), columnStep.length()).put(Tag.SliceThickness, planeDistance());
    }
}
