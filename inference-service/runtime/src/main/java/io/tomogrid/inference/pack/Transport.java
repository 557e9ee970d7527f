package io.tomogrid.inference.pack;

import io.tomogrid.inference.oci.Descriptor;
import io.tomogrid.inference.oci.Digest;
import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.ImageName;
import io.tomogrid.inference.oci.Manifest;
import io.tomogrid.inference.oci.OciArchive;
import io.tomogrid.inference.oci.OciException;
import io.tomogrid.inference.oci.OciLayout;
import io.tomogrid.inference.oci.Registry;
import io.tomogrid.inference.oci.Signatures;
import io.tomogrid.inference.oci.Staging;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Packages on their way between stores: through a registry, or as one file where there is no network. They come with
 * their signatures, and whole or not at all.
 */
public final class Transport {
    private final ModelStore store;
    private final OciLayout layout;

    public Transport(ModelStore store) {
        this.store = store;
        this.layout = store.layout();
    }

    /** @param reference which package, as {@link ModelStore#find} takes it */
    public void push(String reference, Registry registry, ImageName to) throws ModelException {
        try {
            registry.push(layout, descriptor(store.find(reference).digest()), to);
        } catch (IOException e) {
            throw new ModelException(e.getMessage(), e);
        }
    }

    /** @throws ModelException if it is no model package, or the registry broke off; then nothing was kept */
    public ModelPackage pull(Registry registry, ImageName from) throws ModelException {
        try (Staging staging = layout.stage()) {
            return admit(registry.pull(from, staging), staging).get(0);
        } catch (IOException e) {
            throw new ModelException(e.getMessage(), e);
        }
    }

    /** Writes packages and their signatures into one file, which is there whole or not at all. */
    public void exportTo(Path file, List<String> references) throws ModelException {
        Path beside = file.resolveSibling(file.getFileName() + ".part");
        try {
            List<Descriptor> entries = new ArrayList<>();
            for (String reference : references) {
                Descriptor entry = descriptor(store.find(reference).digest());
                entries.add(entry);
                layout.find(entry.digest().signatureTag()).ifPresent(entries::add);
            }
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(beside))) {
                OciArchive.write(layout, entries, out);
            }
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            beside.toFile().delete();
            throw new ModelException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** @throws ModelException if the file is no archive of model packages, or a part of it is not what it must be */
    public List<ModelPackage> importFrom(Path file) throws ModelException {
        try (Staging staging = layout.stage();
                InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return admit(OciArchive.read(in, staging), staging);
        } catch (IOException e) {
            throw new ModelException(file.getFileName() + " cannot be imported: " + e.getMessage(), e);
        }
    }

    /** Commits model packages under the names that they have inside, and the signatures of them. */
    private List<ModelPackage> admit(List<Descriptor> entries, Staging staging) throws IOException, ModelException {
        List<Descriptor> packages = new ArrayList<>();
        Map<String, Descriptor> signatures = new HashMap<>();
        for (Descriptor entry : entries) {
            String name = entry.annotation(Descriptor.REF).orElse("");
            if (name.startsWith("sha256-") && name.endsWith(".sig")) {
                signatures.put(name, entry);
            } else {
                packages.add(entry.with(Descriptor.REF, reference(entry, staging)));
            }
        }
        if (packages.isEmpty()) {
            throw new OciException("there is no model package in it");
        }
        List<Descriptor> all = new ArrayList<>(packages);
        for (Descriptor model : packages) {
            Digest digest = model.digest();
            Optional<Descriptor> arrived = Optional.ofNullable(signatures.get(digest.signatureTag()));
            if (arrived.isPresent()) {
                all.add(Signatures.merged(layout, digest, arrived.get(), staging));
            }
        }
        staging.commit(all);
        List<ModelPackage> opened = new ArrayList<>();
        for (Descriptor model : packages) {
            opened.add(ModelPackage.open(layout, model));
        }
        return opened;
    }

    private static String reference(Descriptor entry, Staging staging) throws IOException {
        Manifest manifest = Manifest.parse(staging.bytes(entry));
        if (!manifest.artifactType().equals(ModelPackage.ARTIFACT_TYPE)) {
            throw new OciException(entry.digest() + " is no model package but "
                    + Document.shown(manifest.artifactType().isEmpty() ? "an image" : manifest.artifactType())
                    + "; ./tomogrid models inspect says what it is and how it is run");
        }
        Document config = Document.parse("config", staging.bytes(manifest.config()));
        ModelName name = ModelName.of(config.object("descriptor"));
        Descriptor card = manifest.layer(ModelPackage.CARD_TYPE)
                .orElseThrow(() -> new OciException(name + " has no " + ModelCard.FILE + ": have its maker pack it"));
        ModelCard.of(Document.parse(ModelCard.FILE, staging.bytes(card)));
        return name.toString();
    }

    private Descriptor descriptor(String digest) throws IOException {
        return layout.find(digest).orElseThrow(() -> new OciException(digest + " has just been removed"));
    }
}
