package io.tomogrid.gateway;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.util.ArrayList;
import java.util.List;

/** Studies with all that a query may ask for. */
final class TestStudies {
    private TestStudies() {}

    /** One image of series 1 (CT) or 2 (PT) of a study that is known by a number. */
    static Dataset image(int study, int series, int instance) {
        String studyUid = "1.7." + study;
        String seriesUid = studyUid + "." + series;
        Dataset image = TestImages.ct(studyUid, seriesUid, seriesUid + "." + instance);
        Dataset utf8 = new Dataset().put(Tag.SpecificCharacterSet, "ISO_IR 192");
        image.forEach(utf8::put);
        return utf8.put(Tag.PatientName, name(study))
                .put(Tag.PatientID, "ID-" + study)
                .put(Tag.IssuerOfPatientID, "SITE")
                .put(Tag.PatientBirthDate, "19600229")
                .put(Tag.PatientSex, study % 2 == 0 ? "F" : "M")
                .put(Tag.StudyDate, "202601" + String.format("%02d", study))
                .put(Tag.StudyTime, "0815" + String.format("%02d", study) + ".5")
                .put(Tag.AccessionNumber, "ACC" + study)
                .put(Tag.StudyID, "S" + study)
                .put(Tag.StudyDescription, "Ganzkörper PET-CT 100%")
                .put(Tag.ReferringPhysicianName, "Müller^Anna")
                .put(Tag.Modality, series == 1 ? "CT" : "PT")
                .put(Tag.SOPClassUID, series == 1 ? Uid.CTImageStorage : Uid.PositronEmissionTomographyImageStorage)
                .put(Tag.SeriesNumber, series)
                .put(Tag.SeriesDescription, "Series_" + series)
                .put(Tag.SeriesDate, "20260101")
                .put(Tag.BodyPartExamined, "WHOLEBODY")
                .put(Tag.InstanceNumber, instance);
    }

    static String name(int study) {
        return switch (study) {
            case 1 -> "Yamada^Tarou=山田^太郎=やまだ^たろう";
            case 2 -> "ÄRZTIN^Ödön^^";
            default -> "Case^Number" + study;
        };
    }

    /** Two series of two images. */
    static List<Dataset> study(int study) {
        List<Dataset> images = new ArrayList<>();
        for (int series = 1; series <= 2; series++) {
            for (int instance = 1; instance <= 2; instance++) {
                images.add(image(study, series, instance));
            }
        }
        return images;
    }
}
