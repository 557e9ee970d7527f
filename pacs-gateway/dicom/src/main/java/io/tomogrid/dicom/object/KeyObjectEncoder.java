package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The slices with findings as a Key Object Selection, PS3.3 A.35.4, after TID 2010 (PS3.16). */
public final class KeyObjectEncoder {
    private KeyObjectEncoder() {}

    /**
     * @param marks where the lesions are shown, at least one
     * @param state the presentation state that marks them on these slices
     * @throws IllegalArgumentException if there is no mark
     */
    public static Dataset encode(ResultContext context, ResultSeries series, List<LesionMark> marks, Dataset state) {
        if (marks.isEmpty()) {
            throw new IllegalArgumentException("key objects: expected at least one slice; write none without lesions");
        }
        List<InstanceReference> slices = marks.stream()
                .map(LesionMark::slice)
                .distinct()
                .sorted()
                .map(context.pet()::instance)
                .toList();
        Dataset keys = ResultHeader.of(context, series, "KO", Uid.KeyObjectSelectionDocumentStorage, "kos", 1);
        keys.putEmpty(Tag.ReferencedPerformedProcedureStepSequence);
        keys.putItems(Tag.CurrentRequestedProcedureEvidenceSequence, evidence(context, keys, slices, state));
        List<Dataset> content = new ArrayList<>(DeviceObserver.of(context.equipment()));
        content.add(SrItem.text(SrItem.CONTAINS, Codes.KEY_OBJECT_DESCRIPTION, description(context, marks.size())));
        InstanceReference presentation = InstanceReference.of(state);
        slices.forEach(slice -> content.add(SrItem.image(slice, presentation)));
        return keys.put(Tag.ValueType, "CONTAINER")
                .putItems(Tag.ConceptNameCodeSequence, Codes.OF_INTEREST.item())
                .put(Tag.ContinuityOfContent, "SEPARATE")
                .putItems(Tag.ContentTemplateSequence, SrItem.template("2010"))
                .putItems(Tag.ContentSequence, content);
    }

    /** Everything that the content refers to, PS3.3 C.17.6.2.1. */
    private static Dataset evidence(
            ResultContext context, Dataset keys, List<InstanceReference> slices, Dataset state) {
        Map<String, List<InstanceReference>> bySeries = new LinkedHashMap<>();
        bySeries.put(
                context.pet().series().seriesInstanceUid(),
                slices.stream().map(InstanceReference::whole).distinct().toList());
        bySeries.put(InstanceReference.required(state, Tag.SeriesInstanceUID), List.of(InstanceReference.of(state)));
        return new Dataset()
                .copyFrom(keys, Tag.StudyInstanceUID)
                .putItems(
                        Tag.ReferencedSeriesSequence,
                        bySeries.entrySet().stream()
                                .map(entry -> new Dataset()
                                        .put(Tag.SeriesInstanceUID, entry.getKey())
                                        .putItems(Tag.ReferencedSOPSequence, ResultHeader.items(entry.getValue())))
                                .toList());
    }

    private static String description(ResultContext context, int lesions) {
        Algorithm algorithm = context.algorithm();
        return ReviewState.NOT_REVIEWED + ". Slices that show " + lesions + " region(s) found by " + algorithm.name()
                + " version " + algorithm.version() + " (" + algorithm.digest() + ")";
    }
}
