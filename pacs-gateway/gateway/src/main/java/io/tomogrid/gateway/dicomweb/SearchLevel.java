package io.tomogrid.gateway.dicomweb;

import io.tomogrid.dicom.Tag;
import java.util.List;

/** What is searched, with the attributes that every answer holds, PS3.18 tables 10.6.3-3 to 10.6.3-5. */
enum SearchLevel {
    STUDY(List.of(
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
    SERIES(List.of(
            Tag.Modality,
            Tag.SeriesDescription,
            Tag.StudyInstanceUID,
            Tag.SeriesInstanceUID,
            Tag.SeriesNumber,
            Tag.NumberOfSeriesRelatedInstances)),
    INSTANCE(List.of(
            Tag.SOPClassUID, Tag.SOPInstanceUID, Tag.StudyInstanceUID, Tag.SeriesInstanceUID, Tag.InstanceNumber));

    private final List<Integer> always;

    SearchLevel(List<Integer> always) {
        this.always = always;
    }

    List<Integer> always() {
        return always;
    }
}
