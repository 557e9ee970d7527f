package io.tomogrid.sparkjob.osem;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.synthetic.SyntheticRaw;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.scatter.SingleScatter;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.FrameTime;
import io.tomogrid.imaging.pet.ImageQualityPhantom;
import io.tomogrid.imaging.pet.PetAcquisition;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.PetScan;
import io.tomogrid.imaging.pet.SimulatedScan;
import io.tomogrid.imaging.pet.Solid;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Frames of a cylinder of 8 kBq/ml at the series' time, 140 mm wide, with randoms, scatter and dead time, without noise. */
final class FramesOf {
    private static final double SENSITIVITY = 1e-3;
    private static final double LIVE = 0.8;

    private FramesOf() {}

    /** @param withFactors whether the frame brings attenuation factors */
    static PetAcquisition frame(
            CylindricalScanner scanner, Vec3 centre, double startS, double durationS, boolean withFactors) {
        double decay = Math.pow(2, -startS / SyntheticRaw.HALF_LIFE_S);
        double bqMl = 8000 * decay;
        var phantom = new ImageQualityPhantom(bqMl, new Solid.Cylinder(new Vec3(0, 0, 0), 70, 70, 500), List.of());
        var scan = new SimulatedScan(
                scanner, centre, durationS, SENSITIVITY, SyntheticRaw.HALF_LIFE_S, SyntheticRaw.POSITRON_FRACTION, 0.3);
        PetAcquisition expected = scan.expected(phantom, 1);
        PetGrid grid = PetGrid.of(scanner);
        float[] activity = new float[grid.voxels()];
        float[] mu = new float[grid.voxels()];
        for (int i = 0, n = 0; i < grid.nx(); i++) {
            for (int j = 0; j < grid.ny(); j++) {
                for (int k = 0; k < grid.nz(); k++, n++) {
                    activity[n] = (float) phantom.activity(grid.centre(i, j, k));
                    mu[n] = activity[n] > 0 ? (float) ImageQualityPhantom.WATER_PER_MM : 0;
                }
            }
        }
        float[] scatter = new SingleScatter(
                        scanner, PetScan.USUAL_WINDOW, new SingleScatter.Sampling(36, 3, 20, 8), new Parallel(2))
                .estimate(activity, grid, mu, grid);
        expected.normalisation().multiply(scanner, scatter);
        float[] counts = expected.prompts();
        double perIntegral = SENSITIVITY * durationS * scan.meanOverStart() * SyntheticRaw.POSITRON_FRACTION;
        for (int bin = 0; bin < counts.length; bin++) {
            float random = expected.background()[bin / scanner.planes()];
            counts[bin] = (float) (LIVE * (counts[bin] - random + perIntegral * scatter[bin]) + random);
        }
        return new PetAcquisition(
                scanner,
                centre,
                new FrameTime(startS, durationS, LIVE),
                SENSITIVITY,
                counts,
                withFactors ? expected.attenuation() : new float[0],
                expected.normalisation(),
                expected.background(),
                false);
    }

    /** A CT of the cylinder in the raw data's study and frame of reference, 120 kV, head first and supine. */
    static List<Dataset> ct(Dataset raw, Vec3 centre, double radius) {
        List<Dataset> slices = new ArrayList<>();
        int side = 100;
        double pixel = 2;
        for (int k = 0; k < 14; k++) {
            Vec3 at = centre.plus(new Vec3(-99, -99, -26 + 4 * k));
            ByteBuffer pixels = ByteBuffer.allocate(2 * side * side).order(ByteOrder.LITTLE_ENDIAN);
            for (int n = 0; n < side * side; n++) {
                double x = at.x() + n % side * pixel - centre.x();
                double y = at.y() + n / side * pixel - centre.y();
                pixels.putShort((short) (Math.hypot(x, y) < radius ? 1024 : 24));
            }
            slices.add(new Dataset()
                    .put(Tag.SOPClassUID, Uid.CTImageStorage)
                    .put(Tag.SOPInstanceUID, "2.25.77." + (k + 1))
                    .put(Tag.StudyInstanceUID, raw.string(Tag.StudyInstanceUID).orElseThrow())
                    .put(Tag.SeriesInstanceUID, "2.25.77")
                    .put(
                            Tag.FrameOfReferenceUID,
                            raw.string(Tag.FrameOfReferenceUID).orElseThrow())
                    .put(Tag.Modality, "CT")
                    .put(Tag.ImageType, "ORIGINAL", "PRIMARY")
                    .put(Tag.PatientPosition, "HFS")
                    .put(Tag.KVP, 120)
                    .put(Tag.ImagePositionPatient, at.x(), at.y(), at.z())
                    .put(Tag.ImageOrientationPatient, 1, 0, 0, 0, 1, 0)
                    .put(Tag.PixelSpacing, pixel, pixel)
                    .put(Tag.Rows, side)
                    .put(Tag.Columns, side)
                    .put(Tag.RescaleSlope, 1)
                    .put(Tag.RescaleIntercept, -1024)
                    .put(Tag.PixelRepresentation, 1)
                    .put(Tag.SamplesPerPixel, 1)
                    .put(Tag.PhotometricInterpretation, "MONOCHROME2")
                    .put(Tag.BitsAllocated, 16)
                    .put(Tag.BitsStored, 16)
                    .put(Tag.HighBit, 15)
                    .putBytes(Tag.PixelData, VR.OW, pixels.array()));
        }
        return slices;
    }
}
