package io.tomogrid.imaging.suv;

import java.util.List;

/**
 * What a PET series says about its quantity, exactly as it says it. Text that is absent is empty, a number that is absent
 * is NaN; nothing is interpreted before {@link SuvBodyWeight} does.
 *
 * @param manufacturer Manufacturer (0008,0070)
 * @param units Units (0054,1001), e.g. BQML
 * @param suvType SUV Type (0054,1006)
 * @param decayCorrection Decay Correction (0054,1102): START, ADMIN or NONE
 * @param correctedImage Corrected Image (0028,0051)
 * @param seriesDate Series Date (0008,0021), DA
 * @param seriesTime Series Time (0008,0031), TM
 * @param doseCalibrationFactor Dose Calibration Factor (0054,1322): counts/s to Bq/ml
 * @param decayCorrectionDateTime Decay Correction DateTime (0018,9701), DT, of multi-frame objects: what the image is
 *     decay-corrected to
 * @param patient who was scanned
 * @param agent what was administered
 * @param vendor private attributes that some vendors need
 * @param frames one for each slice, in the order in which factors are wanted
 */
public record PetQuantity(
        String manufacturer,
        String units,
        String suvType,
        String decayCorrection,
        List<String> correctedImage,
        String seriesDate,
        String seriesTime,
        double doseCalibrationFactor,
        String decayCorrectionDateTime,
        Patient patient,
        Agent agent,
        Vendor vendor,
        List<Frame> frames) {
    public PetQuantity {
        correctedImage = List.copyOf(correctedImage);
        frames = List.copyOf(frames);
    }

    /**
     * @param weight Patient's Weight (0010,1030), kg
     * @param size Patient's Size (0010,1020), m
     * @param sex Patient's Sex (0010,0040)
     */
    public record Patient(double weight, double size, String sex) {}

    /**
     * First item of the Radiopharmaceutical Information Sequence (0054,0016).
     *
     * @param totalDose Radionuclide Total Dose (0018,1074), Bq (some write MBq)
     * @param halfLife Radionuclide Half Life (0018,1075), s
     * @param startTime Radiopharmaceutical Start Time (0018,1072), TM
     * @param startDateTime Radiopharmaceutical Start DateTime (0018,1078), DT
     * @param nuclideCode Code Value of the Radionuclide Code Sequence (0054,0300)
     */
    public record Agent(
            double totalDose, double halfLife, String startTime, String startDateTime, String nuclideCode) {}

    /**
     * @param philipsSuvFactor (7053,xx00): rescaled value to SUVbw
     * @param philipsActivityFactor (7053,xx09): rescaled value to Bq/ml
     * @param geScanDateTime (0009,xx0D), DT: what the image is decay-corrected to
     */
    public record Vendor(double philipsSuvFactor, double philipsActivityFactor, String geScanDateTime) {
        public static final Vendor NONE = new Vendor(Double.NaN, Double.NaN, "");
    }

    /**
     * @param acquisitionDate Acquisition Date (0008,0022), DA
     * @param acquisitionTime Acquisition Time (0008,0032), TM
     * @param referenceTime Frame Reference Time (0054,1300), ms
     * @param duration Actual Frame Duration (0018,1242), ms
     * @param rescaleIntercept Rescale Intercept (0028,1052)
     */
    public record Frame(
            String acquisitionDate,
            String acquisitionTime,
            double referenceTime,
            double duration,
            double rescaleIntercept) {}
}
