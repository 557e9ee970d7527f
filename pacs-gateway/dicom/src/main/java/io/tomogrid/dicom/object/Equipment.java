package io.tomogrid.dicom.object;

/**
 * What made the result: Enhanced General Equipment Module, PS3.3 C.7.5.2. At most 64 characters of ASCII each.
 *
 * @param contribution what it did, in which order and with which parameters (QNT-08): Contribution Description (0018,A003) of
 *     each result, ASCII, cut after 1024 characters; empty for none
 */
public record Equipment(
        String manufacturer, String modelName, String serialNumber, String softwareVersion, String contribution) {
    private static final int LO_MAX = 64;
    private static final int ST_MAX = 1024;
    private static final String CUT = " ...";

    public Equipment(String manufacturer, String modelName, String serialNumber, String softwareVersion) {
        this(manufacturer, modelName, serialNumber, softwareVersion, "");
    }

    public Equipment {
        require("manufacturer", manufacturer);
        require("model name", modelName);
        require("serial number", serialNumber);
        require("software version", softwareVersion);
        if (!contribution.chars().allMatch(c -> c >= ' ' && c < 127)) {
            throw new IllegalArgumentException("equipment, contribution: expected ASCII, got '" + contribution + "'");
        }
        if (contribution.length() > ST_MAX) {
            contribution = contribution.substring(0, ST_MAX - CUT.length()) + CUT;
        }
    }

    /** The same equipment, and what it did. */
    public Equipment did(String what) {
        return new Equipment(manufacturer, modelName, serialNumber, softwareVersion, what);
    }

    private static void require(String what, String value) {
        if (value.isBlank()
                || value.length() > LO_MAX
                || !value.chars().allMatch(c -> c >= ' ' && c < 127 && c != '\\')) {
            throw new IllegalArgumentException(
                    "equipment, " + what + ": expected 1 to 64 characters of ASCII, got '" + value + "'");
        }
    }
}
