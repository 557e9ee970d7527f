package io.tomogrid.sparkjob.petct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntToDoubleFunction;

/**
 * The digital reference object of the OncoRay/IBSI manual by its description: a cylinder of SUVbw 1 along the patient that holds
 * a hot rod of 4 and a cold one of 0.2, nothing outside; 20 slices of 48 × 48 voxels of 4 × 4 × 5 mm. 70 kg, 1.75 m, sex O,
 * 368.08 MBq of F-18 at 10:00, scanned at 11:00 for 300 s, BQML, decay-corrected to the start. Pixels are unsigned integers
 * with a slope.
 */
final class SuvReferencePhantom {
    static final int SLICES = 20;
    static final int SIDE = 48;
    static final double WEIGHT_KG = 70;
    static final double DOSE_BQ = 368.08e6;
    static final double F18_S = 6586.2;
    static final double LAMBDA = Math.log(2) / F18_S;
    /** Bq/ml of SUVbw 1 at administration, and an hour later. */
    static final double AT_ADMINISTRATION = DOSE_BQ / (WEIGHT_KG * 1000);

    static final double AFTER_AN_HOUR = AT_ADMINISTRATION * Math.exp(-LAMBDA * 3600);

    private SuvReferencePhantom() {}

    /** SUVbw of a voxel, NaN outside of the cylinder. */
    static double suv(int i, int j) {
        double x = i - (SIDE - 1) / 2.0;
        double y = j - (SIDE - 1) / 2.0;
        if (Math.hypot(x, y) > 20) {
            return Double.NaN;
        }
        if (Math.hypot(x - 9, y) <= 4) {
            return 4;
        }
        return Math.hypot(x + 9, y) <= 4 ? 0.2 : 1;
    }

    static boolean secondBed(int slice) {
        return slice >= SLICES / 2;
    }

    /**
     * @param valueOfOne rescaled value of SUVbw 1 in slice k
     * @param slope Rescale Slope of slice k
     * @param truncated whether stored values are cut off instead of rounded
     * @param change what the case has otherwise than the baseline
     */
    static List<Dataset> images(
            IntToDoubleFunction valueOfOne,
            IntToDoubleFunction slope,
            boolean truncated,
            BiConsumer<Dataset, Integer> change) {
        List<Dataset> images = new ArrayList<>();
        for (int k = 0; k < SLICES; k++) {
            Dataset image = header(k).put(Tag.RescaleSlope, slope.applyAsDouble(k));
            change.accept(image, k);
            double written = image.doubleValue(Tag.RescaleSlope).orElseThrow();
            ByteBuffer pixels = ByteBuffer.allocate(2 * SIDE * SIDE).order(ByteOrder.LITTLE_ENDIAN);
            for (int n = 0; n < SIDE * SIDE; n++) {
                double suv = suv(n % SIDE, n / SIDE);
                double value = Double.isNaN(suv) ? 0 : suv * valueOfOne.applyAsDouble(k) / written;
                pixels.putShort((short) (truncated ? Math.floor(value) : Math.rint(value)));
            }
            images.add(image.putBytes(Tag.PixelData, VR.OW, pixels.array()));
        }
        return images;
    }

    private static Dataset header(int k) {
        return new Dataset()
                .put(Tag.SOPClassUID, Uid.PositronEmissionTomographyImageStorage)
                .put(Tag.SOPInstanceUID, "2.25.4711." + (k + 1))
                .put(Tag.StudyInstanceUID, "2.25.4710")
                .put(Tag.SeriesInstanceUID, "2.25.4711")
                .put(Tag.FrameOfReferenceUID, "2.25.4712")
                .put(Tag.Modality, "PT")
                .put(Tag.Manufacturer, "Synthetic")
                .put(Tag.PatientName, TestStudy.NAME)
                .put(Tag.PatientSex, "O")
                .put(Tag.PatientWeight, WEIGHT_KG)
                .put(Tag.PatientSize, 1.75)
                .put(Tag.SeriesDate, "20250101")
                .put(Tag.SeriesTime, "110000.000000")
                .put(Tag.AcquisitionDate, "20250101")
                .put(Tag.AcquisitionTime, "110000.000000")
                .put(Tag.FrameReferenceTime, 150_000)
                .put(Tag.ActualFrameDuration, 300_000)
                .put(Tag.Units, "BQML")
                .put(Tag.DecayCorrection, "START")
                .put(Tag.CorrectedImage, "NORM", "DTIM", "ATTN", "SCAT", "DECY", "RAN")
                .put(Tag.ImagePositionPatient, -94, -94, 5 * k)
                .put(Tag.ImageOrientationPatient, 1, 0, 0, 0, 1, 0)
                .put(Tag.PixelSpacing, 4, 4)
                .put(Tag.Rows, SIDE)
                .put(Tag.Columns, SIDE)
                .put(Tag.SamplesPerPixel, 1)
                .put(Tag.BitsAllocated, 16)
                .put(Tag.BitsStored, 16)
                .put(Tag.HighBit, 15)
                .put(Tag.PixelRepresentation, 0)
                .put(Tag.RescaleIntercept, 0)
                .putItems(
                        Tag.RadiopharmaceuticalInformationSequence,
                        new Dataset()
                                .put(Tag.RadiopharmaceuticalStartDateTime, "20250101100000.000000")
                                .put(Tag.RadiopharmaceuticalStartTime, "100000.000000")
                                .put(Tag.RadionuclideTotalDose, DOSE_BQ)
                                .put(Tag.RadionuclideHalfLife, F18_S));
    }
}
