package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.util.List;

/**
 * The PET series that a result was made of.
 *
 * @param slices header of each slice (pixel data are not needed), in the order of the grid's slices
 * @param grid where the slices lie
 */
public record PetSource(List<Dataset> slices, ImageGrid grid) {
    private static final double POSITION_TOLERANCE_MM = 0.1;

    /** Scanners round where bed positions join: so much of a step a slice may be beside the even grid. */
    private static final double POSITION_TOLERANCE_STEPS = 0.06;

    /** @throws IllegalArgumentException if the grid and the headers tell different places */
    public PetSource {
        slices = List.copyOf(slices);
        if (slices.size() != grid.slices()) {
            throw new IllegalArgumentException(
                    "PET series: expected one header per slice, " + grid.slices() + ", got " + slices.size());
        }
        double tolerance = Math.max(POSITION_TOLERANCE_MM, POSITION_TOLERANCE_STEPS * grid.planeDistance());
        for (int k = 0; k < slices.size(); k++) {
            double[] p = slices.get(k).doubles(Tag.ImagePositionPatient);
            if (p.length != 3
                    || new Lps(p[0], p[1], p[2]).minus(grid.position(k)).length() > tolerance) {
                throw new IllegalArgumentException("PET slice " + k + ": expected Image Position (Patient) "
                        + grid.position(k) + " as the grid has it, got " + java.util.Arrays.toString(p));
            }
        }
    }

    /** Patient, study and frame of reference are taken from here. */
    Dataset header() {
        return slices.get(0);
    }

    public SeriesReference series() {
        return SeriesReference.of(slices);
    }

    InstanceReference instance(int k) {
        return InstanceReference.of(slices.get(k));
    }
}
