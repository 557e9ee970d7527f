package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.util.List;

/** Content items of structured reports, PS3.3 C.17.3. */
final class SrItem {
    static final String CONTAINS = "CONTAINS";
    static final String OBSERVATION_CONTEXT = "HAS OBS CONTEXT";
    static final String CONCEPT_MODIFIER = "HAS CONCEPT MOD";

    private SrItem() {}

    static Dataset code(String relationship, CodedConcept name, CodedConcept value) {
        return item(relationship, "CODE", name).putItems(Tag.ConceptCodeSequence, value.item());
    }

    static Dataset code(String relationship, CodedConcept name, Dataset value) {
        return item(relationship, "CODE", name).putItems(Tag.ConceptCodeSequence, value);
    }

    static Dataset text(String relationship, CodedConcept name, String value) {
        return item(relationship, "TEXT", name).put(Tag.TextValue, value);
    }

    static Dataset uid(String relationship, CodedConcept name, String value) {
        return item(relationship, "UIDREF", name).put(Tag.UID, value);
    }

    static Dataset number(CodedConcept name, double value, CodedConcept unit, List<Dataset> modifiers) {
        Dataset measured = new Dataset()
                .put(Tag.NumericValue, value)
                .put(Tag.FloatingPointValue, value)
                .putItems(Tag.MeasurementUnitsCodeSequence, unit.item());
        return item(CONTAINS, "NUM", name)
                .putItems(Tag.MeasuredValueSequence, measured)
                .putItems(Tag.ContentSequence, modifiers);
    }

    static Dataset segment(CodedConcept name, InstanceReference seg, int segment) {
        return item(CONTAINS, "IMAGE", name)
                .putItems(Tag.ReferencedSOPSequence, seg.item().put(Tag.ReferencedSegmentNumber, segment));
    }

    static Dataset composite(CodedConcept name, InstanceReference instance) {
        return item(CONTAINS, "COMPOSITE", name).putItems(Tag.ReferencedSOPSequence, instance.item());
    }

    /** A key object, PS3.3 C.18.4: it has no name of its own. */
    static Dataset image(InstanceReference image, InstanceReference presentationState) {
        return new Dataset()
                .put(Tag.RelationshipType, CONTAINS)
                .put(Tag.ValueType, "IMAGE")
                .putItems(
                        Tag.ReferencedSOPSequence,
                        image.item().putItems(Tag.ReferencedSOPSequence, presentationState.item()));
    }

    static Dataset container(CodedConcept name, List<Dataset> content) {
        return item(CONTAINS, "CONTAINER", name)
                .put(Tag.ContinuityOfContent, "SEPARATE")
                .putItems(Tag.ContentSequence, content);
    }

    /** Names the template that a container follows, PS3.3 C.18.8.1.2. */
    static Dataset template(String identifier) {
        return new Dataset().put(Tag.MappingResource, "DCMR").put(Tag.TemplateIdentifier, identifier);
    }

    private static Dataset item(String relationship, String valueType, CodedConcept name) {
        return new Dataset()
                .put(Tag.RelationshipType, relationship)
                .put(Tag.ValueType, valueType)
                .putItems(Tag.ConceptNameCodeSequence, name.item());
    }
}
