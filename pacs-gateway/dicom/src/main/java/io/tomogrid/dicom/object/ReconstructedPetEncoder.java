package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
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
     * @param slices gives slice k, [rows][columns], Bq/ml; negative values become 0
     * @throws IllegalArgumentException (while pulling) if a slice has another size than the grid, a value is not finite, or
     *     the raw data lack what the series must carry
     */
    public static Stream<Dataset> encode(
            ReconstructedPet pet, ResultSeries series, ImageGrid grid, IntFunction<float[]> slices) {
        return IntStream.range(0, grid.slices()).mapToObj(k -> slice(pet, series, grid, k, slices.apply(k)));
    }

    private static Dataset slice(ReconstructedPet pet, ResultSeries series, ImageGrid grid, int k, float[] values) {
        Dataset raw = pet.origin().source();
        for (int tag : new int[] {Tag.SeriesDate, Tag.SeriesTime, Tag.AcquisitionDate, Tag.AcquisitionTime}) {
            InstanceReference.required(raw, tag);
        }
        Dataset image = ResultHeader.ofImage(
                pet.origin(), series, "PT", Uid.PositronEmissionTomographyImageStorage, "pet/" + k, k + 1);
        ResultHeader.putFrameOfReference(raw, image);
        ResultHeader.putScanner(raw, image);
        grid.putPlane(image, k);
        image.putEmpty(Tag.CollimatorType)
                .putEmpty(Tag.RadiopharmaceuticalInformationSequence)
                .copyFrom(raw, COPIED);
        PetPixels.putOrientation(raw, image);
        image.put(Tag.ImageType, "ORIGINAL", "PRIMARY")
                .put(Tag.SeriesType, "STATIC", "IMAGE")
                .put(Tag.NumberOfSlices, grid.slices())
                .put(Tag.ImageIndex, k + 1)
                .put(Tag.Units, "BQML")
                .put(Tag.CountsSource, "EMISSION")
                .put(Tag.CorrectedImage, pet.corrected().toArray(String[]::new))
                .put(Tag.DecayCorrection, "START")
                .put(Tag.DecayFactor, pet.decayFactor())
                .put(Tag.ActualFrameDuration, pet.durationMs())
                .put(Tag.FrameReferenceTime, pet.frameReferenceMs())
                .put(Tag.AttenuationCorrectionMethod, pet.attenuationMethod())
                .put(Tag.RandomsCorrectionMethod, pet.randomsMethod())
                .put(Tag.ReconstructionMethod, pet.method())
                .put(Tag.ConvolutionKernel, "NONE")
                .putItems(Tag.ReferencedRawDataSequence, rawData(raw));
        PetPixels.put(image, grid, k, values);
        return image;
    }

    /** Series and Instance Reference Macro, PS3.3 table 10-4. */
    private static Dataset rawData(Dataset raw) {
        Dataset series = new Dataset()
                .put(Tag.SeriesInstanceUID, InstanceReference.required(raw, Tag.SeriesInstanceUID))
                .putItems(Tag.ReferencedSOPSequence, InstanceReference.of(raw).item());
        return new Dataset().putItems(Tag.ReferencedSeriesSequence, series);
    }
}
