package io.tomogrid.inference.oci;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an artifact is in a registry: {@code host[:port]/repository:tag} or {@code host[:port]/repository@sha256:…}.
 *
 * @param host with port @param reference a tag or a digest
 */
public record ImageName(String host, String repository, String reference) {
    private static final String NAME = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
    private static final Pattern PATTERN = Pattern.compile("((?:[A-Za-z0-9.-]+|\\[[0-9a-fA-F:]+])(?::[0-9]{1,5})?)/("
            + NAME + "(?:/" + NAME + ")*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})|@(sha256:[0-9a-f]{64}))");

    /** @throws OciException if it is not written so */
    public static ImageName parse(String text) throws OciException {
        Matcher matcher = PATTERN.matcher(text);
        if (text.length() > 512 || !matcher.matches()) {
            throw new OciException("expected HOST[:PORT]/REPOSITORY:TAG or HOST[:PORT]/REPOSITORY@sha256:…, got "
                    + Document.shown(text));
        }
        String tag = matcher.group(3);
        return new ImageName(matcher.group(1), matcher.group(2), tag == null ? matcher.group(4) : tag);
    }

    public boolean byDigest() {
        return Digest.isDigest(reference);
    }

    ImageName with(String otherReference) {
        return new ImageName(host, repository, otherReference);
    }

    /** Plain HTTP is for this machine only. */
    URI base() {
        boolean here = host.matches("(localhost|127\\.[0-9.]+|\\[::1])(:[0-9]+)?");
        return URI.create((here ? "http://" : "https://") + host);
    }

    @Override
    public String toString() {
        return host + "/" + repository + (byDigest() ? "@" : ":") + reference;
    }
}
