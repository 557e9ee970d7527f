package io.tomogrid.inference.pack;

import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.OciException;
import java.util.regex.Pattern;

/** A model and its version, as a reference {@code name:version}: both fit a registry's names and tags. */
record ModelName(String name, String version) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+([._-][a-z0-9]+)*");
    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");

    static ModelName of(Document document) throws OciException {
        String name = document.text("name");
        if (name.length() > 100 || !NAME.matcher(name).matches()) {
            throw document.wrong("name", "lower-case letters and digits, parted by one dot, dash or underscore");
        }
        String version = document.text("version");
        if (!VERSION.matcher(version).matches() || version.endsWith(".sig")) {
            throw document.wrong("version", "a version such as 1.0.0");
        }
        return new ModelName(name, version);
    }

    @Override
    public String toString() {
        return name + ":" + version;
    }
}
