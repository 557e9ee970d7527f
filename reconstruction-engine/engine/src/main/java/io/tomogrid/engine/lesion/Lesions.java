package io.tomogrid.engine.lesion;

import io.tomogrid.imaging.VolumeGeometry;
import java.util.List;

/**
 * The lesions of a study, largest MTV first, those of equal MTV by their first voxel.
 *
 * @param geometry the grid of the labels
 * @param labels per voxel the number of its lesion, 0 outside of all, unsigned, x fastest
 * @param tooSmall components of the mask below {@link LesionMeasures#SMALLEST_ML}; they are in no label
 */
public record Lesions(VolumeGeometry geometry, List<Lesion> lesions, short[] labels, int tooSmall) {
    public Lesions {
        lesions = List.copyOf(lesions);
    }

    /** MTV of all, ml. */
    public double totalMtvMl() {
        return lesions.stream().mapToDouble(Lesion::mtvMl).sum();
    }

    /** TLG of all, g. */
    public double totalTlg() {
        return lesions.stream().mapToDouble(Lesion::tlg).sum();
    }
}
