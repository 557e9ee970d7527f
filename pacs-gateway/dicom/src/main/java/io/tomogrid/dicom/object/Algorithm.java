package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.util.Optional;

/**
 * What made the mask: Algorithm Identification Macro, PS3.3 table 10-19.
 *
 * @param name at most 64 characters
 * @param version at most 64 characters
 * @param digest of the model's bytes, such as {@code sha256:…}
 * @param family CID 7162, such as {@link Codes#ARTIFICIAL_INTELLIGENCE}
 */
public record Algorithm(String name, String version, String digest, CodedConcept family) {
    private static final String DIGEST = ", digest=";

    public Algorithm {
        if (name.isBlank() || name.length() > 64 || version.isBlank() || version.length() > 64 || digest.isBlank()) {
            throw new IllegalArgumentException("algorithm: expected a name and a version of 1 to 64 characters and a "
                    + "digest, got '" + name + "', '" + version + "', '" + digest + "'");
        }
    }

    /** What one of our results says that it was found by, whatever kind of object it is. */
    public static Optional<Algorithm> of(Dataset result) {
        return result.items(Tag.ContributingEquipmentSequence).stream()
                .flatMap(item ->
                        of(item, item.string(Tag.ContributionDescription).orElse("")).stream())
                .findFirst();
    }

    private static Optional<Algorithm> of(Dataset item, String contribution) {
        String start = Codes.ARTIFICIAL_INTELLIGENCE.meaning() + DIGEST;
        int end = contribution.indexOf(';');
        Optional<String> name = item.string(Tag.ManufacturerModelName);
        Optional<String> version = item.string(Tag.SoftwareVersions);
        return contribution.startsWith(start) && end > start.length() && name.isPresent() && version.isPresent()
                ? Optional.of(model(name.get(), version.get(), contribution.substring(start.length(), end)))
                : Optional.empty();
    }

    /** Contribution Description (0018,A003) of the item that names it among the contributing equipment. */
    String contribution() {
        return family.meaning() + DIGEST + digest + "; " + ReviewState.NOT_REVIEWED;
    }

    public static Algorithm model(String name, String version, String digest) {
        return new Algorithm(name, version, digest, Codes.ARTIFICIAL_INTELLIGENCE);
    }
}
