package io.tomogrid.sparkjob.osem;

import io.tomogrid.dicom.object.ReconstructedPet;
import io.tomogrid.engine.pet.BedPositions;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.PetScan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a series is made of: the time slices of one bed position, or one volume of several.
 *
 * @param seriesType STATIC, DYNAMIC or WHOLE BODY @param volumes Bq/ml, of one grid
 * @param timing of each slice of each volume
 */
record ReconstructedFrames(String seriesType, List<Volume> volumes, List<ReconstructedPet.Timing> timing) {
    static ReconstructedFrames of(
            PetScan scan, PetGrid grid, float[][] images, List<Calibration> calibrations, String frameOfReference) {
        return scan.onePlace()
                ? timeSlices(scan, grid, images, calibrations, frameOfReference)
                : wholeBody(scan, grid, images, calibrations, frameOfReference);
    }

    private static ReconstructedFrames timeSlices(
            PetScan scan, PetGrid grid, float[][] images, List<Calibration> calibrations, String frameOfReference) {
        VolumeGeometry geometry = grid.geometry(scan.frames().get(0).centre(), frameOfReference);
        List<Volume> volumes = new ArrayList<>();
        List<ReconstructedPet.Timing> timing = new ArrayList<>();
        for (int n = 0; n < images.length; n++) {
            Calibration calibration = calibrations.get(n);
            volumes.add(grid.volume(images[n], calibration.bqMlPerCount(), geometry, "Bq/ml"));
            timing.addAll(Collections.nCopies(grid.nz(), calibration.timing()));
        }
        return new ReconstructedFrames(images.length == 1 ? "STATIC" : "DYNAMIC", volumes, timing);
    }

    private static ReconstructedFrames wholeBody(
            PetScan scan, PetGrid grid, float[][] images, List<Calibration> calibrations, String frameOfReference) {
        BedPositions beds = BedPositions.of(scan, grid);
        float[][] activities = new float[images.length][];
        double lowest = Double.POSITIVE_INFINITY;
        double highest = Double.NEGATIVE_INFINITY;
        for (int n = 0; n < images.length; n++) {
            activities[n] = images[n].clone();
            for (int v = 0; v < activities[n].length; v++) {
                activities[n][v] *= (float) calibrations.get(n).bqMlPerCount();
            }
            lowest = Math.min(lowest, scan.frames().get(n).centre().z());
            highest = Math.max(highest, scan.frames().get(n).centre().z());
        }
        Vec3 centre = scan.frames().get(0).centre();
        Vec3 middle = new Vec3(centre.x(), centre.y(), (lowest + highest) / 2);
        List<ReconstructedPet.Timing> timing = new ArrayList<>();
        for (int slice = 0; slice < beds.grid().nz(); slice++) {
            timing.add(calibrations.get(beds.frame(slice)).timing());
        }
        return new ReconstructedFrames(
                "WHOLE BODY",
                List.of(beds.grid()
                        .volume(beds.together(activities), 1, beds.grid().geometry(middle, frameOfReference), "Bq/ml")),
                timing);
    }
}
