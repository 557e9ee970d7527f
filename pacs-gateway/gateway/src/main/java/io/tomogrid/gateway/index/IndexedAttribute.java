package io.tomogrid.gateway.index;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the index holds of an instance beside its UIDs, its modality and its patient's ID. The first instance of a study
 * or series that comes speaks for it.
 */
public enum IndexedAttribute {
    PATIENT_NAME(Level.STUDY, Tag.PatientName),
    PATIENT_BIRTH_DATE(Level.STUDY, Tag.PatientBirthDate),
    PATIENT_SEX(Level.STUDY, Tag.PatientSex),
    STUDY_DATE(Level.STUDY, Tag.StudyDate),
    STUDY_TIME(Level.STUDY, Tag.StudyTime),
    ACCESSION_NUMBER(Level.STUDY, Tag.AccessionNumber),
    STUDY_ID(Level.STUDY, Tag.StudyID),
    STUDY_DESCRIPTION(Level.STUDY, Tag.StudyDescription),
    REFERRING_PHYSICIAN_NAME(Level.STUDY, Tag.ReferringPhysicianName),
    SERIES_NUMBER(Level.SERIES, Tag.SeriesNumber),
    SERIES_DESCRIPTION(Level.SERIES, Tag.SeriesDescription),
    SERIES_DATE(Level.SERIES, Tag.SeriesDate),
    SERIES_TIME(Level.SERIES, Tag.SeriesTime),
    BODY_PART_EXAMINED(Level.SERIES, Tag.BodyPartExamined),
    PROTOCOL_NAME(Level.SERIES, Tag.ProtocolName),
    PROCEDURE_START_DATE(Level.SERIES, Tag.PerformedProcedureStepStartDate),
    PROCEDURE_START_TIME(Level.SERIES, Tag.PerformedProcedureStepStartTime),
    INSTANCE_NUMBER(Level.INSTANCE, Tag.InstanceNumber),
    CONTENT_DATE(Level.INSTANCE, Tag.ContentDate),
    CONTENT_TIME(Level.INSTANCE, Tag.ContentTime),
    NUMBER_OF_FRAMES(Level.INSTANCE, Tag.NumberOfFrames),
    IMAGE_ROWS(Level.INSTANCE, Tag.Rows),
    IMAGE_COLUMNS(Level.INSTANCE, Tag.Columns),
    BITS_ALLOCATED(Level.INSTANCE, Tag.BitsAllocated);

    /** The table that holds it. */
    public enum Level {
        STUDY,
        SERIES,
        INSTANCE
    }

    private static final int MAX_TEXT = 256;

    private final Level level;
    private final int tag;

    IndexedAttribute(Level level, int tag) {
        this.level = level;
        this.tag = tag;
    }

    public Level level() {
        return level;
    }

    public int tag() {
        return tag;
    }

    public VR vr() {
        return Dictionary.vr(tag);
    }

    /** Its column in the table of its level. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its key in the record of the archive. */
    String metaKey() {
        return column().replace('_', '-');
    }

    static List<IndexedAttribute> of(Level level) {
        return Arrays.stream(values()).filter(a -> a.level == level).toList();
    }

    /** Those that have a value, in the form in which the index holds it. */
    static Map<IndexedAttribute, String> read(Dataset header) {
        Map<IndexedAttribute, String> found = new EnumMap<>(IndexedAttribute.class);
        for (IndexedAttribute attribute : values()) {
            String text = header.string(attribute.tag).map(attribute::plain).orElse("");
            if (!text.isEmpty()) {
                found.put(attribute, text);
            }
        }
        return found;
    }

    /** PostgreSQL's text takes every character but NUL; what is far longer than the standard allows is cut. */
    private String plain(String value) {
        String text = value.replace("\0", "");
        if (vr() == VR.DA) {
            text = text.replace(".", ""); // of the old form 1993.08.22
        } else if (vr() == VR.TM) {
            text = text.replace(":", "");
        } else if (vr() == VR.IS) {
            text = text.strip().replaceFirst("^\\+?0*(?=\\d)", "");
        }
        if (text.length() <= MAX_TEXT) {
            return text;
        }
        // never through the middle of a character that takes two
        return text.substring(0, Character.isHighSurrogate(text.charAt(MAX_TEXT - 1)) ? MAX_TEXT - 1 : MAX_TEXT);
    }
}
