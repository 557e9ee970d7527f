package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A PET series made from raw data as Positron Emission Tomography Image Storage, PS3.3 A.21: Bq/ml at the time of the series,
 * an instance per slice, each with its own slope.
 */
public final class ReconstructedPetEncoder {
    private static final int[] COPIED = {
        Tag.SeriesDate,
        Tag.SeriesTime,
        Tag.AcquisitionDate,
        Tag.AcquisitionTime,
        Tag.RadiopharmaceuticalInformationSequence
    };

    private ReconstructedPetEncoder() {}

    /**
     * Encodes lazily: a slice is asked for when its instance is pulled.
     *
     * @param grid where the slices lie, in the frame of reference of the raw data
     * @param slices gives image n, [rows][columns], Bq/ml; negative values become 0. Of several time slices, which the timing
     *     says how many there are of, all slices of the first come first
     * @throws IllegalArgumentException (while pulling) if a slice has another size than the grid, a value is not finite, or
     *     the raw data lack what the series must carry; at once if the timing is not of whole time slices
     */
    public static Stream<Dataset> encode(
            ReconstructedPet pet, ResultSeries series, ImageGrid grid, IntFunction<float[]> slices) {
        int images = pet.timing().size();
        if (images == 0 || images % grid.slices() != 0) {
            throw new IllegalArgumentException("reconstructed PET: expected the timing of each of " + grid.slices()
                    + " slices, time slice by time slice, got " + images);
        }
        return IntStream.range(0, images).mapToObj(n -> slice(pet, series, grid, n, slices.apply(n)));
    }

    private static Dataset slice(ReconstructedPet pet, ResultSeries series, ImageGrid grid, int n, float[] values) {
        int k = n % grid.slices();
        ReconstructedPet.Timing timing = pet.timing().get(n);
        Dataset raw = pet.origin().source();
        for (int tag : new int[] {Tag.SeriesDate, Tag.SeriesTime, Tag.AcquisitionDate, Tag.AcquisitionTime}) {
            InstanceReference.required(raw, tag);
        }
        Dataset image = ResultHeader.ofImage(
                pet.origin(), series, "PT", Uid.PositronEmissionTomographyImageStorage, "pet/" + n, n + 1);
        ResultHeader.putFrameOfReference(raw, image);
        ResultHeader.putScanner(raw, image);
        grid.putPlane(image, k);
        image.putEmpty(Tag.CollimatorType)
                .putEmpty(Tag.RadiopharmaceuticalInformationSequence)
                .copyFrom(raw, COPIED);
        PetPixels.putOrientation(raw, image);
        image.put(Tag.ImageType, "ORIGINAL", "PRIMARY")
                .put(Tag.SeriesType, pet.seriesType(), "IMAGE")
                .put(Tag.NumberOfSlices, grid.slices())
                .put(Tag.ImageIndex, n + 1)
                .put(Tag.Units, "BQML")
                .put(Tag.CountsSource, "EMISSION")
                .put(Tag.CorrectedImage, pet.corrected().toArray(String[]::new))
                .put(Tag.DecayCorrection, "START")
                .put(Tag.DecayFactor, timing.decayFactor())
                .put(Tag.ActualFrameDuration, timing.durationMs())
                .put(Tag.FrameReferenceTime, timing.frameReferenceMs())
                .put(Tag.AttenuationCorrectionMethod, pet.attenuationMethod())
                .put(Tag.RandomsCorrectionMethod, pet.randomsMethod())
                .put(Tag.ReconstructionMethod, pet.method())
                .put(Tag.ConvolutionKernel, "NONE")
                .putItems(Tag.ReferencedRawDataSequence, rawData(raw));
        if (pet.seriesType().equals("DYNAMIC")) {
            image.put(Tag.NumberOfTimeSlices, pet.timing().size() / grid.slices());
        }
        if (!pet.scatterMethod().isEmpty()) {
            image.put(Tag.ScatterCorrectionMethod, pet.scatterMethod());
        }
        if (timing.startMs() > 0) {
            putAcquisitionTime(raw, timing.startMs(), image);
        }
        PetPixels.put(image, grid, k, values);
        return image;
    }

    /** Acquisition Date and Time, PS3.3 C.8.9.4: when the measurement of this image began. */
    private static void putAcquisitionTime(Dataset raw, double startMs, Dataset image) {
        String date = InstanceReference.required(raw, Tag.SeriesDate).strip();
        String time = InstanceReference.required(raw, Tag.SeriesTime).strip();
        LocalDateTime at;
        try {
            // components from the right may be missing, PS3.5 section 6.2
            String whole = (time + "000000").substring(0, 6);
            double fraction = time.length() > 7 ? Double.parseDouble("0." + time.substring(7)) : 0;
            at = LocalDateTime.parse(date + whole, DateTimeFormatter.ofPattern("uuuuMMddHHmmss", Locale.ROOT))
                    .plusNanos(Math.round(fraction * 1e9 + startMs * 1e6));
        } catch (DateTimeException | NumberFormatException notATime) {
            throw new IllegalArgumentException(
                    "reconstructed PET: expected Series Date and Time (0008,0021), (0008,0031), got '" + date
                            + "' and '" + time + "'",
                    notATime);
        }
        image.put(Tag.AcquisitionDate, at.format(DateTimeFormatter.ofPattern("yyyyMMdd", Locale.ROOT)))
                .put(Tag.AcquisitionTime, at.format(DateTimeFormatter.ofPattern("HHmmss.SSSSSS", Locale.ROOT)));
    }

    /** Series and Instance Reference Macro, PS3.3 table 10-4. */
    private static Dataset rawData(Dataset raw) {
        Dataset series = new Dataset()
                .put(Tag.SeriesInstanceUID, InstanceReference.required(raw, Tag.SeriesInstanceUID))
                .putItems(Tag.ReferencedSOPSequence, InstanceReference.of(raw).item());
        return new Dataset().putItems(Tag.ReferencedSeriesSequence, series);
    }
}
