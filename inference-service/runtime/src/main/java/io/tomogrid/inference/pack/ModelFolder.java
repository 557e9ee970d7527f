package io.tomogrid.inference.pack;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.OciException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A folder that a package is made of: {@code model-card.json}, {@code model.onnx}, {@code golden/inputs/NAME.npy},
 * {@code golden/outputs/NAME.npy}, and what comes along: {@code sbom.cdx.json} or {@code sbom.spdx.json},
 * {@code README.md}, {@code LICENSE}.
 */
public final class ModelFolder {
    private static final String ONNX = "model.onnx";
    private static final List<String> DOCUMENTS =
            List.of("sbom.cdx.json", "sbom.spdx.json", "README.md", "LICENSE", "LICENSE.txt");
    private static final long MAX_GOLDEN = 256L << 20;

    private ModelFolder() {}

    /**
     * @return the folder's content; its golden example is empty if there is no folder {@code golden}
     * @throws ModelException naming what is missing or wrong
     */
    public static ModelSource read(Path folder) throws ModelException {
        try {
            if (!Files.isDirectory(folder)) {
                throw new OciException(folder + " is no folder");
            }
            ModelCard card = ModelCard.of(Document.read(regular(folder.resolve(ModelCard.FILE))));
            Golden golden = new Golden(
                    tensors(folder.resolve(ModelPackage.GOLDEN_INPUTS)),
                    tensors(folder.resolve(ModelPackage.GOLDEN_OUTPUTS)),
                    card.goldenTolerance());
            Path onnx = regular(folder.resolve(ONNX));
            OnnxSignature.read(onnx).check(card.contract());
            return new ModelSource(card, onnx, golden, documents(folder));
        } catch (IOException e) {
            throw new ModelException(folder + " cannot be packed: " + e.getMessage(), e);
        }
    }

    static Map<String, byte[]> documents(Path folder) throws IOException {
        Map<String, byte[]> documents = new LinkedHashMap<>();
        for (String name : DOCUMENTS) {
            Path file = folder.resolve(name);
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                if (Files.size(regular(file)) > Document.MAX_BYTES) {
                    throw new OciException(name + " is longer than " + Document.MAX_BYTES + " bytes");
                }
                documents.put(name, Files.readAllBytes(file));
            }
        }
        return documents;
    }

    static Map<String, Tensor> tensors(Path folder) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        if (!Files.isDirectory(folder)) {
            return tensors;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".npy")).sorted().toList()) {
                String name = file.getFileName().toString();
                if (Files.size(regular(file)) > MAX_GOLDEN) {
                    throw new OciException(name + " is longer than " + MAX_GOLDEN + " bytes: take a smaller example");
                }
                tensors.put(
                        name.substring(0, name.length() - ".npy".length()), Npy.read(name, Files.readAllBytes(file)));
            }
        }
        return tensors;
    }

    /** A link could bring in what its maker does not see. */
    static Path regular(Path file) throws OciException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new OciException(
                    Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                            ? file.getFileName() + " is no regular file: copy it there, links are not followed"
                            : "there is no " + file.getFileName() + " in " + file.getParent());
        }
        return file;
    }
}
