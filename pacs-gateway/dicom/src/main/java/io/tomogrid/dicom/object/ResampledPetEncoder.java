package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The PET on another grid (the CT's) as Positron Emission Tomography Image Storage, PS3.3 A.21: an instance per slice. */
public final class ResampledPetEncoder {
    /**
     * What still holds for the resampled image. Series Date and Time stay those of the source: decay correction START refers
     * to them, so the SUV of the copy is derived as that of the source.
     */
    private static final int[] COPIED = {
        Tag.SeriesDate,
        Tag.SeriesTime,
        Tag.Units,
        Tag.SUVType,
        Tag.CountsSource,
        Tag.DecayCorrection,
        Tag.ReprojectionMethod,
        Tag.RandomsCorrectionMethod,
        Tag.AttenuationCorrectionMethod,
        Tag.ScatterCorrectionMethod,
        Tag.ReconstructionMethod,
        Tag.ConvolutionKernel,
        Tag.InterventionDrugInformationSequence,
        Tag.DoseCalibrationFactor,
        Tag.TypeOfDetectorMotion,
        Tag.EnergyWindowRangeSequence
    };

    /** As above, and there even if the source lacks them. */
    private static final int[] TYPE_2 = {
        Tag.CorrectedImage, Tag.CollimatorType, Tag.RadiopharmaceuticalInformationSequence
    };

    /** What differs from slice to slice and is taken from the nearest slice of the source. */
    private static final int[] COPIED_FROM_NEAREST = {
        Tag.AcquisitionDate, Tag.AcquisitionTime, Tag.ActualFrameDuration, Tag.FrameReferenceTime, Tag.DecayFactor
    };

    private ResampledPetEncoder() {}

    /**
     * Encodes lazily: a slice is asked for when its instance is pulled.
     *
     * @param grid where the new slices lie, in the frame of reference of the PET
     * @param slices gives slice k, [rows][columns], in the unit of the source's rescaled values; negative ones become 0
     * @throws IllegalArgumentException (while pulling) if a slice has another size than the grid or a value is not finite
     */
    public static Stream<Dataset> encode(
            ResultContext context, ResultSeries series, ImageGrid grid, IntFunction<float[]> slices) {
        return IntStream.range(0, grid.slices()).mapToObj(k -> slice(context, series, grid, k, slices.apply(k)));
    }

    private static Dataset slice(ResultContext context, ResultSeries series, ImageGrid grid, int k, float[] values) {
        PetSource pet = context.pet();
        Dataset source = pet.header();
        for (int tag : new int[] {Tag.SeriesDate, Tag.SeriesTime, Tag.Units, Tag.DecayCorrection}) {
            InstanceReference.required(source, tag);
        }
        Dataset image = ResultHeader.ofImage(
                context, series, "PT", Uid.PositronEmissionTomographyImageStorage, "pet-on-ct/" + k, k + 1);
        ResultHeader.putFrameOfReference(context, image);
        ResultHeader.putScanner(context, image);
        grid.putPlane(image, k);
        int[] used = sourceSlices(pet.grid(), grid, k);
        Dataset nearest = pet.slices().get(nearest(pet.grid(), grid, k));
        for (int tag : TYPE_2) {
            image.putEmpty(tag).copyFrom(source, tag);
        }
        image.copyFrom(source, COPIED).copyFrom(nearest, COPIED_FROM_NEAREST);
        PetPixels.putOrientation(source, image);
        List<InstanceReference> references =
                IntStream.rangeClosed(used[0], used[1]).mapToObj(pet::instance).toList();
        // What it was made of and nothing else: all of the study in each slice would be most of what a viewer has to
        // read.
        List<InstanceReference> instances =
                references.stream().map(InstanceReference::whole).distinct().toList();
        ResultHeader.putReferencedSeries(
                image, List.of(new SeriesReference(pet.series().seriesInstanceUid(), instances)));
        image.put(Tag.ImageType, "DERIVED", "PRIMARY")
                .put(Tag.SeriesType, seriesType(source), "IMAGE")
                .put(Tag.NumberOfSlices, grid.slices())
                .put(Tag.ImageIndex, k + 1)
                .put(Tag.DerivationDescription, "PET resampled to the grid of the CT by trilinear interpolation")
                .putItems(Tag.DerivationCodeSequence, Codes.SPATIAL_RESAMPLING.item())
                .putItems(Tag.SourceImageSequence, ResultHeader.sourceImages(references));
        PetPixels.put(image, grid, k, values);
        ResultHeader.putLossyCompression(context, image);
        return image;
    }

    /** A dynamic or gated series would need attributes of its times; one volume of it stands still. */
    private static String seriesType(Dataset source) {
        return source.string(Tag.SeriesType).filter("WHOLE BODY"::equals).orElse("STATIC");
    }

    private static int nearest(ImageGrid pet, ImageGrid grid, int k) {
        Lps centre = grid.position(k)
                .plus(grid.columnStep().times((grid.columns() - 1) / 2.0))
                .plus(grid.rowStep().times((grid.rows() - 1) / 2.0));
        return clamp(pet, Math.rint(pet.sliceOf(centre)));
    }

    /** First and last source slice between which the four corners of the plane lie. */
    private static int[] sourceSlices(ImageGrid pet, ImageGrid grid, int k) {
        Lps right = grid.columnStep().times(grid.columns() - 1);
        Lps down = grid.rowStep().times(grid.rows() - 1);
        Lps corner = grid.position(k);
        double[] at = Stream.of(
                        corner,
                        corner.plus(right),
                        corner.plus(down),
                        corner.plus(right).plus(down))
                .mapToDouble(pet::sliceOf)
                .sorted()
                .toArray();
        return new int[] {clamp(pet, Math.floor(at[0])), clamp(pet, Math.ceil(at[3]))};
    }

    private static int clamp(ImageGrid pet, double slice) {
        return (int) Math.max(0, Math.min(pet.slices() - 1, slice));
    }
}
