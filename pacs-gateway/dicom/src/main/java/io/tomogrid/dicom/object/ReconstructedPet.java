package io.tomogrid.dicom.object;

import java.util.List;

/**
 * How a PET image was reconstructed.
 *
 * @param origin its source is the header of the Raw Data instance
 * @param corrected values of Corrected Image (0028,0051): exactly the corrections that ran
 * @param method Reconstruction Method (0054,1103), at most 64 characters
 * @param attenuationMethod Attenuation Correction Method (0054,1101), at most 64 characters
 * @param scatterMethod Scatter Correction Method (0054,1105), at most 64 characters; empty where scatter was not corrected
 * @param randomsMethod Randoms Correction Method (0054,1100): NONE, DLYD or SING
 * @param seriesType first value of Series Type (0054,1000): STATIC, DYNAMIC or WHOLE BODY
 * @param timing of each image in the order of their indices, time slice by time slice
 */
public record ReconstructedPet(
        ResultOrigin origin,
        List<String> corrected,
        String method,
        String attenuationMethod,
        String scatterMethod,
        String randomsMethod,
        String seriesType,
        List<Timing> timing) {
    private static final int LO_MAX = 64;

    /**
     * When an image was measured.
     *
     * @param startMs from the series' time to the start of its acquisition
     * @param durationMs Actual Frame Duration (0018,1242)
     * @param frameReferenceMs Frame Reference Time (0054,1300): from the series' time to the time of average decay
     * @param decayFactor Decay Factor (0054,1321): mean activity times this is the activity at the series' time
     */
    public record Timing(double startMs, double durationMs, double frameReferenceMs, double decayFactor) {}

    public ReconstructedPet {
        corrected = List.copyOf(corrected);
        timing = List.copyOf(timing);
        for (String text : List.of(method, attenuationMethod, scatterMethod)) {
            if (text.length() > LO_MAX) {
                throw new IllegalArgumentException(
                        "reconstructed PET: expected methods of at most 64 characters, got '" + text + "'");
            }
        }
    }
}
