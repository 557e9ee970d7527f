package io.tomogrid.dicom.object;

import java.util.Map;
import java.util.Optional;

/**
 * A kind of SUV beside SUVbw as codes name it: quantity of PS3.16 CID 84, unit of CID 85.
 *
 * @param label at most 16 characters
 * @param perSuvBw this SUV where SUVbw is 1
 */
public record SuvQuantity(CodedConcept quantity, CodedConcept unit, String label, double perSuvBw) {
    private static final Map<String, String> CODES = Map.of(
            "SUVlbm", "126402",
            "SUVbsa", "126403",
            "SUVibw", "126404",
            "SUVlbm(Janma)", "126405",
            "SUVlbm(James128)", "126406");

    /**
     * @param name the quantity's code meaning, such as {@code SUVlbm(Janma)} @param unit UCUM
     * @return empty if the standard has no code for it
     */
    public static Optional<SuvQuantity> of(String name, String unit, double perSuvBw) {
        return Optional.ofNullable(CODES.get(name))
                .map(code -> new SuvQuantity(
                        new CodedConcept(code, "DCM", name),
                        new CodedConcept(unit, "UCUM", "Standardized Uptake Value " + name.substring(3)),
                        name,
                        perSuvBw));
    }
}
