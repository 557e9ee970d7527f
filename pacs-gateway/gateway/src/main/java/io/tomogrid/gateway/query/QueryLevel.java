package io.tomogrid.gateway.query;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.RequestRefused;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The levels of the information models, PS3.4 section C.6. */
enum QueryLevel {
    PATIENT(Tag.PatientID),
    STUDY(Tag.StudyInstanceUID),
    SERIES(Tag.SeriesInstanceUID),
    IMAGE(Tag.SOPInstanceUID);

    private static final Set<String> PATIENT_ROOT = Set.of(
            Uid.PatientRootQueryRetrieveInformationModelFIND,
            Uid.PatientRootQueryRetrieveInformationModelMOVE,
            Uid.PatientRootQueryRetrieveInformationModelGET);

    private final int uniqueKey;

    QueryLevel(int uniqueKey) {
        this.uniqueKey = uniqueKey;
    }

    int uniqueKey() {
        return uniqueKey;
    }

    /**
     * The level of an identifier.
     *
     * @throws RequestRefused if it has none, or one that the information model does not have
     */
    static QueryLevel of(Dataset identifier, String sopClass) throws RequestRefused {
        String name = identifier.string(Tag.QueryRetrieveLevel).orElse("");
        List<QueryLevel> levels = levels(sopClass);
        return levels.stream()
                .filter(level -> level.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new RequestRefused(
                        DimseStatus.IDENTIFIER_DOES_NOT_MATCH, "QueryRetrieveLevel: expected one of " + levels));
    }

    /** The levels above this one in the model, whose unique keys an identifier must have. */
    List<QueryLevel> above(String sopClass) {
        return levels(sopClass).stream()
                .filter(level -> level.compareTo(this) < 0)
                .toList();
    }

    private static List<QueryLevel> levels(String sopClass) {
        List<QueryLevel> all = Arrays.asList(values());
        return PATIENT_ROOT.contains(sopClass) ? all : all.subList(1, all.size());
    }
}
