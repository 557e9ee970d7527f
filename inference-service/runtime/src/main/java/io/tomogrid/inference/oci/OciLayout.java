package io.tomogrid.inference.oci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An OCI image layout folder ({@code oci-layout}, {@code index.json}, {@code blobs/sha256/…}): a registry without a
 * server. What is read from it has been checked against its digest; it changes only by {@link Staging}.
 */
public final class OciLayout {
    private static final int MAX_ENTRIES = 10_000;

    private final Path folder;

    private OciLayout(Path folder) {
        this.folder = folder;
    }

    /** @throws OciException if the folder is no OCI image layout */
    public static OciLayout open(Path folder) throws IOException {
        OciLayout layout = new OciLayout(folder.toAbsolutePath().normalize());
        if (!Files.isRegularFile(layout.folder.resolve("oci-layout"))) {
            throw new OciException(folder + " is not an OCI image layout: it has no file oci-layout");
        }
        String version = Document.read(layout.folder.resolve("oci-layout")).text("imageLayoutVersion");
        if (!version.startsWith("1.")) {
            throw new OciException("oci-layout imageLayoutVersion: expected 1.0.0, got " + Document.shown(version));
        }
        layout.index();
        return layout;
    }

    /** Opens the layout, made empty if the folder is missing or empty. */
    public static OciLayout at(Path folder) throws IOException {
        if (Files.exists(folder.resolve("oci-layout"))) {
            return open(folder);
        }
        Files.createDirectories(folder.resolve("blobs/sha256"));
        OciLayout layout = new OciLayout(folder.toAbsolutePath().normalize());
        Staging.write(layout.folder.resolve("index.json"), Index.EMPTY);
        Staging.write(
                layout.folder.resolve("oci-layout"),
                "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8));
        return layout;
    }

    public Path folder() {
        return folder;
    }

    /** What it holds, in the order of {@code index.json}. */
    public List<Descriptor> index() throws IOException {
        List<Descriptor> entries = Index.parse("index.json", indexBytes());
        if (entries.size() > MAX_ENTRIES) {
            throw new OciException("index.json manifests: " + entries.size() + ", at most " + MAX_ENTRIES);
        }
        return entries;
    }

    /** @param reference a name that {@code index.json} gives, or a digest {@code sha256:…} */
    public Optional<Descriptor> find(String reference) throws IOException {
        for (Descriptor entry : index()) {
            if (entry.digest().toString().equals(reference)
                    || entry.annotation(Descriptor.REF)
                            .filter(reference::equals)
                            .isPresent()) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    /**
     * The blob's file, its length and its digest checked.
     *
     * @throws OciException if it is missing, no regular file, or not what the descriptor says
     */
    public Path blob(Descriptor descriptor) throws IOException {
        Path file = present(descriptor);
        Digest actual = Digest.of(file);
        if (!actual.equals(descriptor.digest())) {
            throw new OciException("digest mismatch: expected " + descriptor.digest() + ", got " + actual
                    + "; the blob was damaged: pull or import the package again");
        }
        return file;
    }

    /** The content of a blob of at most {@link Document#MAX_BYTES}, checked. */
    public byte[] bytes(Descriptor descriptor) throws IOException {
        if (descriptor.size() > Document.MAX_BYTES) {
            throw new OciException(descriptor.digest() + ": " + descriptor.size() + " bytes, at most "
                    + Document.MAX_BYTES + " are read as a document");
        }
        present(descriptor);
        byte[] content = Files.readAllBytes(file(descriptor.digest()));
        if (!Digest.of(content).equals(descriptor.digest())) {
            throw new OciException("digest mismatch: expected " + descriptor.digest() + ", got " + Digest.of(content)
                    + "; the blob was damaged: pull or import the package again");
        }
        return content;
    }

    public Manifest manifest(Descriptor entry) throws IOException {
        return Manifest.parse(bytes(entry));
    }

    /** Every blob that belongs to the entries: manifests, configs, layers; each once. */
    public Set<Descriptor> reachable(List<Descriptor> entries) throws IOException {
        Set<Descriptor> blobs = new LinkedHashSet<>();
        for (Descriptor entry : entries) {
            blobs.add(bare(entry));
            for (Descriptor blob : manifest(entry).blobs()) {
                blobs.add(bare(blob));
            }
        }
        return blobs;
    }

    /** Begins a change of this layout. */
    public Staging stage() throws IOException {
        return Staging.in(this);
    }

    byte[] indexBytes() throws IOException {
        Path index = folder.resolve("index.json");
        if (!Files.isRegularFile(index)) {
            throw new OciException(folder + " is not an OCI image layout: it has no file index.json");
        }
        if (Files.size(index) > Document.MAX_BYTES) {
            throw new OciException("index.json is longer than " + Document.MAX_BYTES + " bytes");
        }
        return Files.readAllBytes(index);
    }

    Path file(Digest digest) {
        return folder.resolve("blobs/sha256").resolve(digest.hex());
    }

    private Path present(Descriptor descriptor) throws IOException {
        Path file = file(descriptor.digest());
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new OciException("the blob " + descriptor.digest() + " is missing: pull or import the package again");
        }
        try {
            if (Files.size(file) != descriptor.size()) {
                throw new OciException(descriptor.digest() + ": expected " + descriptor.size() + " bytes, got "
                        + Files.size(file) + "; pull or import the package again");
            }
        } catch (NoSuchFileException e) {
            throw new OciException("the blob " + descriptor.digest() + " has just been removed", e);
        }
        return file;
    }

    private static Descriptor bare(Descriptor descriptor) {
        return new Descriptor(descriptor.mediaType(), descriptor.digest(), descriptor.size(), java.util.Map.of());
    }

    /** {@code index.json}. */
    static final class Index {
        static final byte[] EMPTY = bytes(List.of());

        private Index() {}

        static List<Descriptor> parse(String where, byte[] json) throws OciException {
            Document document = Document.parse(where, json);
            if (document.whole("schemaVersion") != 2) {
                throw document.wrong("schemaVersion", "2");
            }
            List<Descriptor> entries = new ArrayList<>();
            for (Document item : document.objects("manifests")) {
                entries.add(Descriptor.of(item));
            }
            return entries;
        }

        static byte[] bytes(List<Descriptor> entries) {
            return ("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":["
                            + String.join(",", entries.stream().map(Index::json).toList()) + "]}")
                    .getBytes(StandardCharsets.UTF_8);
        }

        private static String json(Descriptor entry) {
            try {
                return com.fasterxml.jackson.jr.ob.JSON.std.asString(entry.toMap());
            } catch (IOException e) {
                throw new IllegalStateException("a map of texts and numbers is JSON", e);
            }
        }
    }
}
