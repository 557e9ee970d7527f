package io.tomogrid.node.command;

import io.tomogrid.inference.oci.ImageName;
import io.tomogrid.inference.pack.Golden;
import io.tomogrid.inference.pack.Inspection;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelFolder;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelSource;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.pack.MonaiBundle;
import io.tomogrid.inference.runtime.GoldenRecorder;
import io.tomogrid.inference.runtime.ModelSession;
import io.tomogrid.inference.trust.TrustPolicy;
import io.tomogrid.inference.trust.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tomogrid models pack}, {@code list}, {@code verify}: packages of the model store. */
final class ModelPackCommands {
    private ModelPackCommands() {}

    /** Makes a package of a folder. */
    @Command(
            name = "pack",
            description =
                    "Make a package of a folder with model-card.json, model.onnx and golden/, and put it into the store.",
            mixinStandardHelpOptions = true)
    static final class Pack implements Callable<Integer> {
        @Mixin
        private StoreOptions store;

        @Mixin
        private Answer answer;

        @Parameters(paramLabel = "DIR", description = "The folder.")
        private Path folder;

        @Option(
                names = "--record-golden",
                description = "The folder has no golden example: run the model once on noise and keep what it gives.")
        private boolean record;

        @Option(
                names = "--card",
                paramLabel = "FILE",
                description = "What a MONAI Bundle does not state, as parts of model-card.json.")
        private Optional<Path> card = Optional.empty();

        @Override
        public Integer call() throws Exception {
            Path work = Files.createTempDirectory("tomogrid-pack");
            try {
                ModelSource source =
                        MonaiBundle.isBundle(folder) ? MonaiBundle.read(folder, card, work) : ModelFolder.read(folder);
                if (source.golden().inputs().isEmpty()) {
                    source = recorded(source);
                }
                ModelPackage model = store.store().put(source);
                answer.print(
                        StoreOptions.document(model),
                        out -> out.println("packed " + model.name() + ":" + model.version() + " " + model.digest()
                                + " into " + store.folder()));
                return 0;
            } finally {
                StoreOptions.delete(work);
            }
        }

        private ModelSource recorded(ModelSource source) throws ModelException {
            if (!record) {
                throw new ModelException(folder + " has no golden example: put golden/inputs/NAME.npy and"
                        + " golden/outputs/NAME.npy there, or let --record-golden run the model once");
            }
            Golden golden = GoldenRecorder.record(
                    source.card(), source.onnx(), store.store().layout());
            return new ModelSource(source.card(), source.onnx(), golden, source.documents());
        }
    }

    /** What is in the store. */
    @Command(name = "list", description = "The packages of the store.", mixinStandardHelpOptions = true)
    static final class ListPackages implements Callable<Integer> {
        @Mixin
        private StoreOptions store;

        @Mixin
        private Answer answer;

        @Override
        public Integer call() throws Exception {
            Table table = new Table("MODEL", "VERSION", "DIGEST");
            List<Object> documents = new ArrayList<>();
            for (ModelStore.Entry entry : store.store().list()) {
                table.row(entry.name(), entry.version(), entry.digest());
                documents.add(Map.of("name", entry.name(), "version", entry.version(), "digest", entry.digest()));
            }
            answer.print(documents, table::print);
            return 0;
        }
    }

    /** What something is. */
    @Command(
            name = "inspect",
            description = "Say what a package, a folder, an archive or an image in a registry is and how it is run.",
            mixinStandardHelpOptions = true)
    static final class Inspect implements Callable<Integer> {
        @Mixin
        private StoreOptions store;

        @Mixin
        private Answer answer;

        @Parameters(paramLabel = "WHAT", description = "A package of the store, a path, or HOST[:PORT]/REPOSITORY:TAG.")
        private String what;

        @Override
        public Integer call() throws Exception {
            List<Map<String, Object>> found = found();
            answer.print(
                    found, out -> found.forEach(one -> one.forEach((key, value) -> out.println(key + ": " + value))));
            return 0;
        }

        private List<Map<String, Object>> found() throws Exception {
            Path work = Files.createTempDirectory("tomogrid-inspect");
            try {
                if (Files.exists(Path.of(what))) {
                    return Inspection.of(Path.of(what), work);
                }
                if (what.contains("/")) {
                    return Inspection.of(ImageName.parse(what), StoreOptions.registry(), work);
                }
                return List.of(Inspection.of(store.store().find(what)));
            } finally {
                StoreOptions.delete(work);
            }
        }
    }

    /** Whether a package may serve here. */
    @Command(
            name = "verify",
            description = "Check a package's digests, its maker by the trust policy, and its golden example by a run.",
            mixinStandardHelpOptions = true)
    static final class Verify implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private StoreOptions store;

        @Mixin
        private Answer answer;

        @Parameters(paramLabel = "MODEL", description = "NAME, NAME:VERSION or NAME@sha256:….")
        private String reference;

        @Option(
                names = "--policy",
                paramLabel = "FILE",
                description =
                        "Trust policy (default: trust.json in the node's folder; without it only what comes along).")
        private Path policy;

        @Override
        public Integer call() throws Exception {
            TrustPolicy trust = store.policy(policy);
            ModelPackage model = store.store().find(reference);
            Verdict verdict = trust.verify(model);
            Map<String, Object> document = new LinkedHashMap<>(StoreOptions.document(model));
            document.put("verified", verdict instanceof Verdict.Verified);
            if (verdict instanceof Verdict.Refused refused) {
                document.put("reason", refused.reason());
                document.put("next", refused.next());
                answer.print(document, out -> spec.commandLine().getErr().println("tomogrid: " + refused));
                return 1;
            }
            String by = ((Verdict.Verified) verdict).by();
            document.put("by", by);
            ModelSession.open(model, 1).close();
            answer.print(
                    document,
                    out -> out.println(model.name() + ":" + model.version() + " may serve: " + by
                            + "; its golden example came out"));
            return 0;
        }
    }
}
