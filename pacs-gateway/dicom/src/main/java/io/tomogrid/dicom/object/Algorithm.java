package io.tomogrid.dicom.object;

/**
 * What made the mask: Algorithm Identification Macro, PS3.3 table 10-19.
 *
 * @param name at most 64 characters
 * @param version at most 64 characters
 * @param digest of the model's bytes, such as {@code sha256:…}
 * @param family CID 7162, such as {@link Codes#ARTIFICIAL_INTELLIGENCE}
 */
public record Algorithm(String name, String version, String digest, CodedConcept family) {
    public Algorithm {
        if (name.isBlank() || name.length() > 64 || version.isBlank() || version.length() > 64 || digest.isBlank()) {
            throw new IllegalArgumentException("algorithm: expected a name and a version of 1 to 64 characters and a "
                    + "digest, got '" + name + "', '" + version + "', '" + digest + "'");
        }
    }

    public static Algorithm model(String name, String version, String digest) {
        return new Algorithm(name, version, digest, Codes.ARTIFICIAL_INTELLIGENCE);
    }
}
