package io.tomogrid.node.command;

import io.tomogrid.inference.oci.ImageName;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.Transport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tomogrid models push}, {@code pull}, {@code export}, {@code import}: packages on their way. */
final class ModelTransportCommands {
    private ModelTransportCommands() {}

    /** Sends to a registry. */
    @Command(
            name = "push",
            description = "Send a package and its signatures to a registry (HTTPS, or HTTP on this machine).",
            mixinStandardHelpOptions = true)
    static final class Push implements Callable<Integer> {
        @Mixin
        private StoreOptions store;

        @Mixin
        private Answer answer;

        @Parameters(index = "0", paramLabel = "MODEL", description = "NAME, NAME:VERSION or NAME@sha256:….")
        private String reference;

        @Parameters(index = "1", paramLabel = "TO", description = "HOST[:PORT]/REPOSITORY:TAG.")
        private String target;

        @Override
        public Integer call() throws Exception {
            ImageName to = ImageName.parse(target);
            ModelPackage model = store.store().find(reference);
            new Transport(store.store()).push(reference, StoreOptions.registry(), to);
            Map<String, Object> document = StoreOptions.document(model);
            document.put("to", to.toString());
            answer.print(document, out -> out.println("pushed " + model.digest() + " to " + to));
            return 0;
        }
    }

    /** Brings from a registry. */
    @Command(
            name = "pull",
            description = "Bring a package and its signatures from a registry into the store.",
            mixinStandardHelpOptions = true)
    static final class Pull implements Callable<Integer> {
        @Mixin
        private StoreOptions store;

        @Mixin
        private Answer answer;

        @Parameters(paramLabel = "FROM", description = "HOST[:PORT]/REPOSITORY:TAG or …@sha256:….")
        private String source;

        @Override
        public Integer call() throws Exception {
            ImageName from = ImageName.parse(source);
            ModelPackage model = new Transport(store.store()).pull(StoreOptions.registry(), from);
            answer.print(
                    StoreOptions.document(model),
                    out -> out.println("pulled " + model.name() + ":" + model.version() + " " + model.digest()));
            return 0;
        }
    }

    /** Writes one file. */
    @Command(
            name = "export",
            description = "Write packages and their signatures into one file, for a site without a network.",
            mixinStandardHelpOptions = true)
    static final class Export implements Callable<Integer> {
        @Mixin
        private StoreOptions store;

        @Mixin
        private Answer answer;

        @Parameters(arity = "1..*", paramLabel = "MODEL", description = "NAME, NAME:VERSION or NAME@sha256:….")
        private List<String> references;

        @Option(
                names = "--to",
                required = true,
                paramLabel = "FILE",
                description = "The file, a tar of an OCI image layout.")
        private Path file;

        @Override
        public Integer call() throws Exception {
            new Transport(store.store()).exportTo(file, references);
            answer.print(
                    Map.of("file", file.toString(), "models", references),
                    out -> out.println("wrote " + references + " into " + file));
            return 0;
        }
    }

    /** Reads such a file. */
    @Command(
            name = "import",
            description = "Bring the packages of such a file into the store; all of them or none.",
            mixinStandardHelpOptions = true)
    static final class Import implements Callable<Integer> {
        @Mixin
        private StoreOptions store;

        @Mixin
        private Answer answer;

        @Parameters(paramLabel = "FILE", description = "What ./tomogrid models export wrote.")
        private Path file;

        @Override
        public Integer call() throws Exception {
            List<ModelPackage> models = new Transport(store.store()).importFrom(file);
            answer.print(
                    models.stream().map(StoreOptions::document).toList(),
                    out -> out.println("imported "
                            + models.stream()
                                    .map(m -> m.name() + ":" + m.version())
                                    .toList()));
            return 0;
        }
    }
}
