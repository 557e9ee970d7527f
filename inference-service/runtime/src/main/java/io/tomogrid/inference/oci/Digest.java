package io.tomogrid.inference.oci;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** SHA-256 of content, the only algorithm that we take. @param hex 64 lower-case hex digits */
public record Digest(String hex) {
    static final String SIGNATURE_SUFFIX = ".sig";

    private static final String PREFIX = "sha256:";
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    /** @throws IllegalArgumentException if they are not 64 lower-case hex digits */
    public Digest {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("not a SHA-256: " + hex);
        }
    }

    /** @throws OciException if the text is not {@code sha256:} with 64 lower-case hex digits */
    public static Digest parse(String text) throws OciException {
        if (!isDigest(text)) {
            throw new OciException("digest: expected sha256:<64 hex digits>, got " + Document.shown(text));
        }
        return new Digest(text.substring(PREFIX.length()));
    }

    public static boolean isDigest(String text) {
        return text.startsWith(PREFIX)
                && HEX.matcher(text.substring(PREFIX.length())).matches();
    }

    public static Digest of(byte[] content) {
        return new Digest(HexFormat.of().formatHex(sha256().digest(content)));
    }

    public static Digest of(Path file) throws IOException {
        try (var in = new DigestInputStream(Files.newInputStream(file), sha256())) {
            in.transferTo(OutputStream.nullOutputStream());
            return of(in);
        }
    }

    /** The content that has been read through the stream so far. */
    static Digest of(DigestInputStream read) {
        return new Digest(HexFormat.of().formatHex(read.getMessageDigest().digest()));
    }

    static DigestInputStream through(InputStream in) {
        return new DigestInputStream(in, sha256());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The tag under which cosign keeps the signatures of a manifest with this digest. */
    public String signatureTag() {
        return "sha256-" + hex + SIGNATURE_SUFFIX;
    }

    @Override
    public String toString() {
        return PREFIX + hex;
    }
}
