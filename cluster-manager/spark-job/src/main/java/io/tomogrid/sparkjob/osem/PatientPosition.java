package io.tomogrid.sparkjob.osem;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.util.Map;
import java.util.Optional;

/** How a patient lay in a scanner, as Patient Position (0018,5100) says it, PS3.3 C.7.3.1.1.2. */
final class PatientPosition {
    /** SNOMED CT codes and the older SNOMED-RT ones, PS3.16 CID 21. */
    private static final Map<String, String> GANTRY =
            Map.of("102540008", "HF", "F-10470", "HF", "102541007", "FF", "F-10480", "FF");

    /** PS3.16 CID 20. */
    private static final Map<String, String> MODIFIER = Map.of(
            "40199007",
            "S",
            "F-10340",
            "S",
            "1240000",
            "P",
            "F-10310",
            "P",
            "102535000",
            "DR",
            "F-10317",
            "DR",
            "102536004",
            "DL",
            "F-10319",
            "DL");

    private PatientPosition() {}

    /** From the attribute, else from the codes that PET has for it; empty where neither says it. */
    static Optional<String> of(Dataset header) {
        Optional<String> stated = header.string(Tag.PatientPosition).filter(s -> !s.isBlank());
        if (stated.isPresent()) {
            return stated.map(String::strip);
        }
        String gantry = header.item(Tag.PatientGantryRelationshipCodeSequence)
                .flatMap(code -> code.string(Tag.CodeValue))
                .map(GANTRY::get)
                .orElse(null);
        String modifier = header.item(Tag.PatientOrientationCodeSequence)
                .flatMap(code -> code.item(Tag.PatientOrientationModifierCodeSequence))
                .flatMap(code -> code.string(Tag.CodeValue))
                .map(MODIFIER::get)
                .orElse(null);
        return gantry == null || modifier == null ? Optional.empty() : Optional.of(gantry + modifier);
    }
}
