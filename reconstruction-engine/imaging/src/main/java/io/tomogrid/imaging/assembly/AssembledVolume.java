package io.tomogrid.imaging.assembly;

import io.tomogrid.imaging.Volume;
import java.util.List;

/**
 * A volume and where it comes from.
 *
 * @param volume slices ascend along the normal (row direction × column direction)
 * @param sopInstanceUids the image behind each slice of the volume
 * @param notes what a reader must know: duplicates left out, tilt, padding; no patient data
 */
public record AssembledVolume(Volume volume, List<String> sopInstanceUids, List<String> notes) {
    public AssembledVolume {
        sopInstanceUids = List.copyOf(sopInstanceUids);
        notes = List.copyOf(notes);
    }
}
