package io.tomogrid.node.command;

import io.tomogrid.inference.oci.Registry;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.runtime.SuvThreshold;
import io.tomogrid.inference.trust.TrustPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** Which model store a command is about; it needs no running node. */
final class StoreOptions {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Folder of the node (default: ${DEFAULT-VALUE}).",
            defaultValue = "${sys:tomogrid.root:-.}/.tomogrid/node")
    private Path home;

    @Option(
            names = "--store",
            paramLabel = "DIR",
            description = "Model store (default: model-store in the node's folder).")
    private Path store;

    Path folder() {
        return store == null ? home.resolve("model-store") : store;
    }

    ModelStore store() throws ModelException {
        return ModelStore.at(folder());
    }

    /** @param file the policy's file, or null for the one in the node's folder */
    TrustPolicy policy(Path file) throws IOException, ModelException {
        Set<String> shipped = shipped();
        Path own = home.resolve(TrustPolicy.FILE);
        if (file == null && !Files.exists(own)) {
            return TrustPolicy.shipped(shipped);
        }
        return TrustPolicy.read(file == null ? own : file, shipped);
    }

    private static Set<String> shipped() throws IOException, ModelException {
        Path folder = Files.createTempDirectory("tomogrid-shipped");
        try {
            return Set.of(SuvThreshold.write(folder).digest());
        } finally {
            delete(folder);
        }
    }

    static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** A registry, with the user and password that the environment names. */
    static Registry registry() {
        String user = System.getenv("TOMOGRID_REGISTRY_USER");
        String password = System.getenv("TOMOGRID_REGISTRY_PASSWORD");
        return new Registry(user == null || password == null ? Optional.empty() : Optional.of(user + ":" + password));
    }

    static Map<String, Object> document(ModelPackage model) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", model.name());
        map.put("version", model.version());
        map.put("digest", model.digest());
        return map;
    }
}
