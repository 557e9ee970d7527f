package io.tomogrid.gateway.query;

import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.net.RequestRefused;
import io.tomogrid.gateway.index.IndexedAttribute;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A key that queries may have.
 *
 * @param level the highest level at which it is known
 * @param expression SQL that gives its value; values are separated by backslashes
 * @param matched SQL against which its values are matched, mostly the same
 * @param where SQL around the condition, mostly nothing
 */
record QueryKey(int tag, QueryLevel level, String expression, String matched, String where, Matching matching) {
    private static final String PLAIN = "%s";
    private static final Map<Integer, QueryKey> KEYS = new HashMap<>();

    static {
        key(Tag.PatientID, QueryLevel.PATIENT, "p.patient_id", Matching.TEXT);
        key(Tag.IssuerOfPatientID, QueryLevel.PATIENT, "p.issuer", Matching.TEXT);
        count(Tag.NumberOfPatientRelatedStudies, QueryLevel.PATIENT, "study x WHERE x.patient = p.id");
        count(
                Tag.NumberOfPatientRelatedSeries,
                QueryLevel.PATIENT,
                "study x JOIN series USING (study_uid) WHERE x.patient = p.id");
        count(
                Tag.NumberOfPatientRelatedInstances,
                QueryLevel.PATIENT,
                "study x JOIN instance USING (study_uid) WHERE x.patient = p.id");
        key(Tag.StudyInstanceUID, QueryLevel.STUDY, "s.study_uid", Matching.UID);
        count(Tag.NumberOfStudyRelatedSeries, QueryLevel.STUDY, "series x WHERE x.study_uid = s.study_uid");
        count(Tag.NumberOfStudyRelatedInstances, QueryLevel.STUDY, "instance x WHERE x.study_uid = s.study_uid");
        key(Tag.SeriesInstanceUID, QueryLevel.SERIES, "e.series_uid", Matching.UID);
        key(Tag.Modality, QueryLevel.SERIES, "e.modality", Matching.TEXT);
        count(
                Tag.NumberOfSeriesRelatedInstances,
                QueryLevel.SERIES,
                "instance x WHERE x.study_uid = e.study_uid AND x.series_uid = e.series_uid");
        key(Tag.SOPInstanceUID, QueryLevel.IMAGE, "i.sop_instance_uid", Matching.UID);
        key(Tag.SOPClassUID, QueryLevel.IMAGE, "i.sop_class_uid", Matching.UID);
        key(Tag.AvailableTransferSyntaxUID, QueryLevel.IMAGE, "i.transfer_syntax_uid", Matching.UID);
        key(Tag.InstanceAvailability, QueryLevel.STUDY, "'ONLINE'", Matching.NONE);
        inStudy(Tag.ModalitiesInStudy, "modality", "series", Matching.TEXT);
        inStudy(Tag.SOPClassesInStudy, "sop_class_uid", "instance", Matching.UID);
        for (IndexedAttribute attribute : IndexedAttribute.values()) {
            attribute(attribute);
        }
    }

    static Optional<QueryKey> of(int tag) {
        return Optional.ofNullable(KEYS.get(tag));
    }

    /**
     * @return empty when every value matches
     * @throws RequestRefused naming the key when its value cannot be understood
     */
    Optional<Condition> match(List<String> values) throws RequestRefused {
        return matching.match(tag, matched, values).map(c -> new Condition(where.formatted(c.sql()), c.arguments()));
    }

    private static void key(int tag, QueryLevel level, String expression, Matching matching) {
        KEYS.put(tag, new QueryKey(tag, level, expression, expression, PLAIN, matching));
    }

    private static void count(int tag, QueryLevel level, String from) {
        key(tag, level, "(SELECT count(*)::text FROM " + from + ")", Matching.NONE);
    }

    private static void inStudy(int tag, String column, String table, Matching matching) {
        KEYS.put(
                tag,
                new QueryKey(
                        tag,
                        QueryLevel.STUDY,
                        "(SELECT string_agg(DISTINCT x." + column + ", '\\') FROM " + table
                                + " x WHERE x.study_uid = s.study_uid)",
                        "x." + column,
                        "EXISTS (SELECT FROM " + table + " x WHERE x.study_uid = s.study_uid AND %s)",
                        matching));
    }

    private static void attribute(IndexedAttribute attribute) {
        String table = switch (attribute.level()) {
            case STUDY -> "s.";
            case SERIES -> "e.";
            case INSTANCE -> "i.";
        };
        String expression = table + attribute.column();
        String matched = attribute == IndexedAttribute.PATIENT_NAME
                ? "s.patient_name_key"
                : attribute.vr() == VR.PN ? "lower(" + expression + ")" : expression;
        QueryKey key =
                new QueryKey(attribute.tag(), level(attribute), expression, matched, PLAIN, matching(attribute.vr()));
        KEYS.put(key.tag(), key);
    }

    private static QueryLevel level(IndexedAttribute attribute) {
        return switch (attribute) {
            case PATIENT_NAME, PATIENT_BIRTH_DATE, PATIENT_SEX -> QueryLevel.PATIENT;
            default ->
                switch (attribute.level()) {
                    case STUDY -> QueryLevel.STUDY;
                    case SERIES -> QueryLevel.SERIES;
                    case INSTANCE -> QueryLevel.IMAGE;
                };
        };
    }

    private static Matching matching(VR vr) {
        return switch (vr) {
            case PN -> Matching.NAME;
            case DA -> Matching.DATE;
            case TM -> Matching.TIME;
            case IS, US -> Matching.NUMBER;
            default -> Matching.TEXT;
        };
    }
}
