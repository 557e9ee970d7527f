package io.tomogrid.imaging.suv;

import java.util.List;

/**
 * How the factors of one series were found. It names no patient, no identifier and no date: of dates with times only the time
 * of day is kept.
 *
 * @param path which of the manual's ways was gone, e.g. {@code BQML, START, reference: Series Time}
 * @param attributes what was read, each once, in the order in which it was needed
 * @param steps the formulas, one sentence each
 */
public record SuvDerivation(String path, List<Used> attributes, List<String> steps) {
    public SuvDerivation {
        attributes = List.copyOf(attributes);
        steps = List.copyOf(steps);
    }

    /**
     * @param tag e.g. {@code (0018,1074)} @param name the standard's, e.g. {@code Radionuclide Total Dose}
     * @param value as it was used, with its unit where the attribute leaves it open
     */
    public record Used(String tag, String name, String value) {}
}
