package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.node.bundle.GpuBundle;
import io.tomogrid.node.bundle.Jdk;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tomogrid gpu-bundle}: the self-test for a machine without Java or network. */
@Command(
        name = "gpu-bundle",
        description =
                "Packs the GPU self-test with a Java runtime for a machine that has a GPU but no Java and no network.",
        mixinStandardHelpOptions = true)
public final class GpuBundleCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "What to write (default: ${DEFAULT-VALUE}).",
            defaultValue = "${sys:tomogrid.root:-.}/.tomogrid/gpu-bundle.tar.xz")
    private Path output;

    @Option(names = "--json", description = "Print what was written as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Jdk jdk = Jdk.newest();
        GpuBundle.write(jdk, output);
        long bytes = Files.size(output);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSON.std.asString(Map.of("file", output.toString(), "bytes", bytes, "java", jdk.version())));
        } else {
            out.printf("%s: %.1f MiB, with a runtime of JDK %d%n", output, bytes / (double) (1 << 20), jdk.version());
            out.println("on the machine with the GPU: tar -xf gpu-bundle.tar.xz && ./gpu-bundle/selftest");
        }
        out.flush();
        return 0;
    }
}
