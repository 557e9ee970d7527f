package io.tomogrid.dicom.object;

/** What made the result: Enhanced General Equipment Module, PS3.3 C.7.5.2. At most 64 characters of ASCII each. */
public record Equipment(String manufacturer, String modelName, String serialNumber, String softwareVersion) {
    private static final int LO_MAX = 64;

    public Equipment {
        require("manufacturer", manufacturer);
        require("model name", modelName);
        require("serial number", serialNumber);
        require("software version", softwareVersion);
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
