package io.tomogrid.gateway.dicomweb;

import io.tomogrid.dicom.Tag;
import io.tomogrid.gateway.query.IndexSearch;
import java.util.List;

/** What is searched, with the attributes that every answer holds, PS3.18 tables 10.6.3-3 to 10.6.3-5. */
enum SearchLevel {
    STUDY(
            IndexSearch.Level.STUDY,
            List.of(
                    Tag.StudyDate,
                    Tag.StudyTime,
                    Tag.AccessionNumber,
                    Tag.ModalitiesInStudy,
                    Tag.ReferringPhysicianName,
                    Tag.PatientName,
                    Tag.PatientID,
                    Tag.PatientBirthDate,
                    Tag.PatientSex,
                    Tag.StudyInstanceUID,
                    Tag.StudyID,
                    Tag.NumberOfStudyRelatedSeries,
                    Tag.NumberOfStudyRelatedInstances)),
    SERIES(
            IndexSearch.Level.SERIES,
            List.of(
                    Tag.Modality,
                    Tag.SeriesDescription,
                    Tag.StudyInstanceUID,
                    Tag.SeriesInstanceUID,
                    Tag.SeriesNumber,
                    Tag.NumberOfSeriesRelatedInstances)),
    INSTANCE(
            IndexSearch.Level.INSTANCE,
            List.of(
                    Tag.SOPClassUID,
                    Tag.SOPInstanceUID,
                    Tag.StudyInstanceUID,
                    Tag.SeriesInstanceUID,
                    Tag.InstanceNumber));

    private final IndexSearch.Level indexed;
    private final List<Integer> always;

    SearchLevel(IndexSearch.Level indexed, List<Integer> always) {
        this.indexed = indexed;
        this.always = always;
    }

    /** What of it the index holds. */
    IndexSearch.Level indexed() {
        return indexed;
    }

    List<Integer> always() {
        return always;
    }
}
