package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.node.engine.HadoopFiles;
import io.tomogrid.node.engine.KubernetesFiles;
import io.tomogrid.node.engine.Rendering;
import io.tomogrid.node.engine.SliceChoice;
import io.tomogrid.node.engine.StandaloneFiles;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tomogrid engine}: Spark clusters that are not ours. */
@Command(
        name = "engine",
        description = "Configuration for a Spark cluster that runs already.",
        mixinStandardHelpOptions = true,
        subcommands = EngineCommand.Render.class)
public final class EngineCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: engine render");
    }

    /** {@code tomogrid engine render}: needs neither the cluster nor a GPU. */
    @Command(
            name = "render",
            description = "Prints what a standalone, YARN or Kubernetes cluster needs so that executors get slices;"
                    + " what of it was run, the output says.",
            mixinStandardHelpOptions = true)
    static final class Render implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Option(names = "--engine", required = true, description = "standalone, yarn or k8s.")
        private String engine;

        @Option(names = "--gpu", required = true, paramLabel = "MODEL", description = "Such as A100-80GB.")
        private String gpu;

        @Option(
                names = "--slice",
                paramLabel = "PROFILE",
                description = "Such as 2g, or as the driver calls it, 2g.20gb; whole for the GPU (default).",
                defaultValue = "whole")
        private String slice;

        @Option(
                names = "--executors",
                description = "How many, each with one slice; of a standalone Worker, how many it has (default: 1).",
                defaultValue = "1")
        private int executors;

        @Option(
                names = "--devices",
                description = "k8s: plugin (nvidia.com/mig-… of the device plugin, default) or dra (a resource claim).",
                defaultValue = "plugin")
        private KubernetesFiles.Devices devices;

        @Option(names = "--namespace", description = "k8s (default: ${DEFAULT-VALUE}).", defaultValue = "tomogrid")
        private String namespace;

        @Option(
                names = "--image",
                description = "k8s: of driver and executors (default: ${DEFAULT-VALUE}).",
                defaultValue = "localhost/tomogrid-spark:0.1.0")
        private String image;

        @Option(
                names = "--product",
                description = "k8s: only nodes whose label nvidia.com/gpu.product is this (default: any).",
                defaultValue = "")
        private String product;

        @Option(names = "--json", description = "Print a document.")
        private boolean json;

        @Override
        public Integer call() throws Exception {
            Rendering rendering = rendering(SliceChoice.of(gpu, slice));
            PrintWriter out = spec.commandLine().getOut();
            out.print(json ? JSON.std.asString(rendering.toMap(engine)) + "\n" : rendering.text());
            out.flush();
            return 0;
        }

        private Rendering rendering(SliceChoice choice) {
            if (executors < 1) {
                throw new IllegalArgumentException("--executors: expected at least 1, got " + executors);
            }
            return switch (engine) {
                case "standalone" -> StandaloneFiles.of(choice, executors);
                case "yarn" -> HadoopFiles.of(choice, executors);
                case "k8s" ->
                    KubernetesFiles.of(
                            choice, new KubernetesFiles.Setting(devices, executors, namespace, image, product));
                default ->
                    throw new IllegalArgumentException("--engine: expected standalone, yarn or k8s, got " + engine);
            };
        }
    }
}
