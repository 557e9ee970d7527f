package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Circles around lesions as a Grayscale Softcopy Presentation State, PS3.3 A.33.1, on the slices that show them best. */
public final class PresentationStateEncoder {
    private static final String LAYER = "AI";

    /** SUVbw that is shown from black to white. */
    private static final double WINDOW_SUV = 10;

    /** PS3.3 C.10.7.1.1: a light orange. */
    private static final int[] COLOR = {49000, 38000, 46000};

    private PresentationStateEncoder() {}

    /**
     * @param lesions in the order of their marks, at least one
     * @param suvPerSlice SUVbw of one unit of the rescaled values, for each slice of the PET
     * @throws IllegalArgumentException if there is no mark, or not one for each lesion
     */
    public static Dataset encode(
            ResultContext context,
            ResultSeries series,
            List<LesionMark> marks,
            List<LesionMeasurements> lesions,
            double[] suvPerSlice) {
        if (marks.isEmpty() || marks.size() != lesions.size()) {
            throw new IllegalArgumentException("presentation state: expected a mark for each lesion, got "
                    + marks.size() + " of " + lesions.size());
        }
        PetSource pet = context.pet();
        Map<Integer, List<LesionMark>> bySlice = new TreeMap<>();
        marks.forEach(mark ->
                bySlice.computeIfAbsent(mark.slice(), k -> new ArrayList<>()).add(mark));
        Dataset state =
                ResultHeader.ofImage(context, series, "PR", Uid.GrayscaleSoftcopyPresentationStateStorage, "gsps", 1);
        state.put(Tag.PresentationCreationDate, state.string(Tag.ContentDate).orElseThrow())
                .put(Tag.PresentationCreationTime, state.string(Tag.ContentTime).orElseThrow())
                .put(Tag.ContentLabel, "AI_LESIONS")
                .put(Tag.ContentDescription, ReviewState.NOT_REVIEWED)
                .putEmpty(Tag.ContentCreatorName)
                .putItems(
                        Tag.ReferencedSeriesSequence,
                        new Dataset()
                                .put(Tag.SeriesInstanceUID, pet.series().seriesInstanceUid())
                                .putItems(Tag.ReferencedImageSequence, images(pet, bySlice.keySet())))
                .putItems(Tag.DisplayedAreaSelectionSequence, wholeImage(pet.grid()))
                .putItems(Tag.SoftcopyVOILUTSequence, windows(pet, bySlice.keySet(), suvPerSlice))
                .put(Tag.PresentationLUTShape, "IDENTITY")
                .putItems(
                        Tag.GraphicLayerSequence,
                        new Dataset()
                                .put(Tag.GraphicLayer, LAYER)
                                .put(Tag.GraphicLayerOrder, 1)
                                .put(Tag.GraphicLayerRecommendedDisplayCIELabValue, COLOR)
                                .put(Tag.GraphicLayerDescription, ReviewState.NOT_REVIEWED));
        return state.putItems(
                Tag.GraphicAnnotationSequence,
                bySlice.entrySet().stream()
                        .map(slice -> annotation(pet, slice.getKey(), slice.getValue(), lesions))
                        .toList());
    }

    /** Slices of one multi-frame image are one item with several frame numbers. */
    private static List<Dataset> images(PetSource pet, Iterable<Integer> slices) {
        Map<InstanceReference, List<Integer>> frames = new LinkedHashMap<>();
        for (int k : slices) {
            InstanceReference instance = pet.instance(k);
            List<Integer> of = frames.computeIfAbsent(instance.whole(), whole -> new ArrayList<>());
            if (instance.frame() > 0) {
                of.add(instance.frame());
            }
        }
        List<Dataset> items = new ArrayList<>();
        frames.forEach((instance, numbers) -> {
            Dataset item = instance.item();
            items.add(
                    numbers.isEmpty()
                            ? item
                            : item.put(
                                    Tag.ReferencedFrameNumber,
                                    numbers.stream().mapToInt(n -> n).toArray()));
        });
        return items;
    }

    /** Displayed Area Module, PS3.3 C.10.4. */
    private static Dataset wholeImage(ImageGrid grid) {
        return new Dataset()
                .put(Tag.DisplayedAreaTopLeftHandCorner, 1, 1)
                .put(Tag.DisplayedAreaBottomRightHandCorner, grid.columns(), grid.rows())
                .put(Tag.PresentationSizeMode, "SCALE TO FIT")
                .put(
                        Tag.PresentationPixelSpacing,
                        grid.rowStep().length(),
                        grid.columnStep().length());
    }

    /**
     * SUVbw from 0 to 10 in stored values of each slice. The state has no Modality LUT, which therefore is the identity (PS3.4
     * annex N.2.1): of a PET each slice may have another rescale slope, and a state has one for all.
     */
    private static List<Dataset> windows(PetSource pet, Iterable<Integer> slices, double[] suvPerSlice) {
        List<Dataset> windows = new ArrayList<>();
        for (int k : slices) {
            Dataset header = pet.slices().get(k);
            double slope = header.doubleValue(Tag.RescaleSlope).orElse(1);
            double intercept = header.doubleValue(Tag.RescaleIntercept).orElse(0);
            double width = WINDOW_SUV / suvPerSlice[k] / slope;
            windows.add(new Dataset()
                    .putItems(Tag.ReferencedImageSequence, pet.instance(k).item())
                    .put(Tag.WindowCenter, width / 2 - intercept / slope)
                    .put(Tag.WindowWidth, Math.max(1, width))
                    .put(Tag.WindowCenterWidthExplanation, "SUVbw 0 to 10"));
        }
        return windows;
    }

    private static Dataset annotation(
            PetSource pet, int slice, List<LesionMark> marks, List<LesionMeasurements> lesions) {
        return new Dataset()
                .putItems(Tag.ReferencedImageSequence, pet.instance(slice).item())
                .put(Tag.GraphicLayer, LAYER)
                .putItems(
                        Tag.TextObjectSequence,
                        marks.stream()
                                .map(mark -> text(mark, lesion(mark, lesions)))
                                .toList())
                .putItems(
                        Tag.GraphicObjectSequence,
                        marks.stream()
                                .map(mark -> circle(mark, lesion(mark, lesions)))
                                .toList());
    }

    private static LesionMeasurements lesion(LesionMark mark, List<LesionMeasurements> lesions) {
        return lesions.stream()
                .filter(lesion -> lesion.segment().number() == mark.segment())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "presentation state: nothing was measured of segment " + mark.segment()));
    }

    /** Graphic Annotation Module, PS3.3 C.10.5: pixels are counted from 1, and their corners lie at halves. */
    private static Dataset circle(LesionMark mark, LesionMeasurements lesion) {
        double column = mark.column() + 1;
        double row = mark.row() + 1;
        return new Dataset()
                .put(Tag.GraphicAnnotationUnits, "PIXEL")
                .put(Tag.GraphicDimensions, 2)
                .put(Tag.NumberOfGraphicPoints, 2)
                .put(Tag.GraphicData, column, row, column + mark.radius(), row)
                .put(Tag.GraphicType, "CIRCLE")
                .put(Tag.GraphicFilled, "N")
                .put(Tag.TrackingID, lesion.segment().trackingId())
                .put(Tag.TrackingUID, lesion.segment().trackingUid());
    }

    private static Dataset text(LesionMark mark, LesionMeasurements lesion) {
        return new Dataset()
                .put(Tag.AnchorPointAnnotationUnits, "PIXEL")
                .put(
                        Tag.UnformattedTextValue,
                        String.format(
                                Locale.ROOT,
                                "%s: SUVmax %.1f, %.1f ml (%s)",
                                lesion.segment().label(),
                                lesion.suvMax(),
                                lesion.mtvMl(),
                                ReviewState.NOT_REVIEWED))
                .put(Tag.AnchorPoint, mark.column() + 1 + mark.radius(), mark.row() + 1)
                .put(Tag.AnchorPointVisibility, "N")
                .put(Tag.TrackingID, lesion.segment().trackingId())
                .put(Tag.TrackingUID, lesion.segment().trackingUid());
    }
}
