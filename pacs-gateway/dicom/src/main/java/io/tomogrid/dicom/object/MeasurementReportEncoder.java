package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was measured in the lesions as a Comprehensive 3D SR, PS3.3 A.35.13, after TID 1500 Measurement Report with one
 * TID 1411 Volumetric ROI Measurements group per lesion (PS3.16 annex A).
 */
public final class MeasurementReportEncoder {
    /** Coding schemes that begin with 99 are private, PS3.16 section 8.2. */
    private static final String OWN_SCHEME = "99TOMOGRID";

    private MeasurementReportEncoder() {}

    /**
     * A complete, unverified, preliminary report.
     *
     * @param lesions in the order of their segments; may be empty: the report then says that none was found
     * @param seg the Segmentation whose segments are referred to; empty if there are no lesions
     * @param rwvm the Real World Value Mapping that made SUV of stored values
     * @throws IllegalArgumentException if there are lesions without a segmentation
     */
    public static Dataset encode(
            ResultContext context,
            ResultSeries series,
            List<LesionMeasurements> lesions,
            Optional<Dataset> seg,
            Dataset rwvm) {
        return encode(context, series, lesions, seg, rwvm, List.of());
    }

    /** @param statements further comments, each a text of its own: how SUV was derived, sums over the lesions */
    public static Dataset encode(
            ResultContext context,
            ResultSeries series,
            List<LesionMeasurements> lesions,
            Optional<Dataset> seg,
            Dataset rwvm,
            List<String> statements) {
        if (!lesions.isEmpty() && seg.isEmpty()) {
            throw new IllegalArgumentException(
                    "report: " + lesions.size() + " lesions refer to a segmentation, got none");
        }
        Dataset sr = ResultHeader.of(context, series, "SR", Uid.Comprehensive3DSRStorage, "sr", 1);
        sr.putEmpty(Tag.ReferencedPerformedProcedureStepSequence)
                .putEmpty(Tag.PerformedProcedureCodeSequence)
                .put(Tag.CompletionFlag, "COMPLETE")
                .put(Tag.CompletionFlagDescription, ReviewState.NOT_REVIEWED)
                .put(Tag.PreliminaryFlag, "PRELIMINARY")
                .put(Tag.VerificationFlag, "UNVERIFIED");
        putEvidence(context, sr, seg, rwvm);
        putPredecessors(context, sr);
        List<Dataset> content = new ArrayList<>();
        content.add(SrItem.code(SrItem.CONCEPT_MODIFIER, Codes.LANGUAGE, Codes.ENGLISH_US));
        content.addAll(DeviceObserver.of(context.equipment()));
        content.add(procedure(context));
        content.add(measurements(context, lesions, seg, rwvm));
        content.add(SrItem.text(SrItem.CONTAINS, Codes.COMMENT, comment(context, lesions.size())));
        statements.forEach(statement -> content.add(SrItem.text(SrItem.CONTAINS, Codes.COMMENT, statement)));
        return sr.put(Tag.ValueType, "CONTAINER")
                .putItems(Tag.ConceptNameCodeSequence, Codes.IMAGING_MEASUREMENT_REPORT.item())
                .put(Tag.ContinuityOfContent, "SEPARATE")
                .putItems(Tag.ContentTemplateSequence, SrItem.template("1500"))
                .putItems(Tag.ContentSequence, content);
    }

    /** Everything that the content refers to and that was used, PS3.3 C.17.2. */
    private static void putEvidence(ResultContext context, Dataset sr, Optional<Dataset> seg, Dataset rwvm) {
        List<Dataset> series = Stream.of(
                        context.sources().stream(),
                        seg.stream().map(SeriesReference::of),
                        Stream.of(SeriesReference.of(rwvm)))
                .flatMap(s -> s)
                .map(MeasurementReportEncoder::series)
                .toList();
        sr.putItems(Tag.CurrentRequestedProcedureEvidenceSequence, study(sr, series));
    }

    private static void putPredecessors(ResultContext context, Dataset sr) {
        if (!context.predecessors().isEmpty()) {
            sr.putItems(
                    Tag.PredecessorDocumentsSequence,
                    study(
                            sr,
                            context.predecessors().stream()
                                    .map(MeasurementReportEncoder::series)
                                    .toList()));
        }
    }

    private static Dataset study(Dataset sr, List<Dataset> series) {
        return new Dataset().copyFrom(sr, Tag.StudyInstanceUID).putItems(Tag.ReferencedSeriesSequence, series);
    }

    private static Dataset series(SeriesReference series) {
        return new Dataset()
                .put(Tag.SeriesInstanceUID, series.seriesInstanceUid())
                .putItems(Tag.ReferencedSOPSequence, ResultHeader.items(series.instances()));
    }

    private static Dataset procedure(ResultContext context) {
        Optional<Dataset> requested = context.pet()
                .header()
                .item(Tag.ProcedureCodeSequence)
                .filter(code -> code.string(Tag.CodeValue).isPresent()
                        && code.string(Tag.CodingSchemeDesignator).isPresent()
                        && code.string(Tag.CodeMeaning).isPresent());
        return SrItem.code(
                SrItem.CONCEPT_MODIFIER, Codes.PROCEDURE_REPORTED, requested.orElse(Codes.PET_WHOLE_BODY.item()));
    }

    private static Dataset measurements(
            ResultContext context, List<LesionMeasurements> lesions, Optional<Dataset> seg, Dataset rwvm) {
        List<Dataset> content = new ArrayList<>();
        for (LesionMeasurements lesion : lesions) {
            content.add(group(context, lesion, seg.orElseThrow(), rwvm));
        }
        return SrItem.container(Codes.IMAGING_MEASUREMENTS, content);
    }

    /** TID 1411. */
    private static Dataset group(ResultContext context, LesionMeasurements lesion, Dataset seg, Dataset rwvm) {
        Segment segment = lesion.segment();
        List<Dataset> content = new ArrayList<>();
        content.add(SrItem.text(SrItem.OBSERVATION_CONTEXT, Codes.TRACKING_IDENTIFIER, segment.trackingId()));
        content.add(SrItem.uid(SrItem.OBSERVATION_CONTEXT, Codes.TRACKING_UID, segment.trackingUid()));
        content.add(SrItem.code(SrItem.CONTAINS, Codes.FINDING, Codes.LESION));
        content.add(SrItem.segment(Codes.REFERENCED_SEGMENT, InstanceReference.of(seg), segment.number()));
        content.add(SrItem.uid(
                SrItem.CONTAINS, Codes.SOURCE_SERIES, context.pet().series().seriesInstanceUid()));
        content.add(SrItem.composite(Codes.RWVM_USED, InstanceReference.of(rwvm)));
        content.add(suv(context, lesion.suvMax(), Codes.MAXIMUM));
        content.add(suv(context, lesion.suvMean(), Codes.MEAN));
        lesion.suvPeak().ifPresent(peak -> content.add(suv(context, peak, Codes.PEAK)));
        content.add(SrItem.number(
                Codes.METABOLIC_VOLUME,
                lesion.mtvMl(),
                Codes.MILLILITER,
                modifiers(context, Codes.MEASUREMENT_METHOD, Codes.SUM_OF_VOXELS)));
        content.add(SrItem.number(
                Codes.TOTAL_LESION_GLYCOLYSIS,
                lesion.tlgG(),
                Codes.GRAM,
                modifiers(context, Codes.MEASUREMENT_METHOD, Codes.SUV_BW_METHOD)));
        for (LesionMeasurements.Extent other : lesion.others()) {
            List<Dataset> how = List.of(SrItem.code(
                    SrItem.CONCEPT_MODIFIER,
                    Codes.MEASUREMENT_METHOD,
                    new CodedConcept(other.code(), OWN_SCHEME, other.method())));
            content.add(SrItem.number(Codes.METABOLIC_VOLUME, other.mtvMl(), Codes.MILLILITER, how));
            content.add(SrItem.number(Codes.TOTAL_LESION_GLYCOLYSIS, other.tlgG(), Codes.GRAM, how));
        }
        return SrItem.container(Codes.MEASUREMENT_GROUP, content)
                .putItems(Tag.ContentTemplateSequence, SrItem.template("1411"));
    }

    private static Dataset suv(ResultContext context, double value, CodedConcept derivation) {
        List<Dataset> modifiers = new ArrayList<>(modifiers(context, Codes.MEASUREMENT_METHOD, Codes.SUV_BW_METHOD));
        modifiers.add(1, SrItem.code(SrItem.CONCEPT_MODIFIER, Codes.DERIVATION, derivation));
        return SrItem.number(Codes.SUV_BW, value, Codes.GRAM_PER_ML, modifiers);
    }

    /** The method, and the algorithm after TID 4019. */
    private static List<Dataset> modifiers(ResultContext context, CodedConcept name, CodedConcept value) {
        Algorithm algorithm = context.algorithm();
        return List.of(
                SrItem.code(SrItem.CONCEPT_MODIFIER, name, value),
                SrItem.text(SrItem.CONCEPT_MODIFIER, Codes.ALGORITHM_NAME, algorithm.name()),
                SrItem.text(SrItem.CONCEPT_MODIFIER, Codes.ALGORITHM_VERSION, algorithm.version()),
                SrItem.text(SrItem.CONCEPT_MODIFIER, Codes.ALGORITHM_PARAMETERS, "digest=" + algorithm.digest()));
    }

    private static String comment(ResultContext context, int lesions) {
        Algorithm algorithm = context.algorithm();
        return (lesions == 0 ? "No region was found. " : "")
                + "Regions were delineated by " + algorithm.name() + " version " + algorithm.version() + " ("
                + algorithm.digest()
                + ") without a reader. Physiological uptake is not excluded: each region needs to be"
                + " reviewed before it is taken for a lesion.";
    }
}
