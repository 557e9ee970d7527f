package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.engine.cuda.CudaDevice;
import io.tomogrid.engine.cuda.DeviceTiming;
import io.tomogrid.engine.cuda.StandIn;
import io.tomogrid.engine.cuda.selftest.Check;
import io.tomogrid.engine.cuda.selftest.Report;
import io.tomogrid.engine.cuda.selftest.SelfTest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tomogrid gpu-selftest}: every CUDA kernel against the processors and against formulas. */
@Command(
        name = "gpu-selftest",
        description =
                "Runs every CUDA kernel on this machine's first GPU and compares it with the processors, bit by bit, "
                        + "and with formulas. Exit code 0 only if all agree.",
        mixinStandardHelpOptions = true)
public final class GpuSelftestCommand implements Callable<Integer> {
    private static final String ENGINE = "reconstruction-engine/engine";
    private static final String FOLDER = ".tomogrid/stand-in";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--emulated",
            description = "Run the kernels on the processors, through a stand-in for the CUDA driver (needs g++).")
    private boolean emulated;

    @Option(
            names = "--bench",
            description =
                    "Also time the kernels, by the device's own clock, beside what an H200 takes at least by arithmetic.")
    private boolean bench;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (emulated) {
            Path root = Path.of(System.getProperty("tomogrid.root", "."));
            StandIn.load(StandIn.build(root.resolve(ENGINE), root.resolve(FOLDER)));
        }
        CudaDevice.Probe probe = CudaDevice.probe();
        if (probe instanceof CudaDevice.Probe.None none) {
            throw new IOException("no CUDA device: " + none.reason()
                    + ". Without a GPU, ./tomogrid gpu-selftest --emulated runs the kernels on the processors; "
                    + "./tomogrid gpu-bundle makes a bundle for a machine that has one");
        }
        SelfTest test = new SelfTest(((CudaDevice.Probe.Found) probe).device());
        Report report = bench ? test.runAndTime() : test.run();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSON.std.asString(map(report)));
        } else {
            out.print(report.text());
        }
        out.flush();
        return report.agrees() ? 0 : 1;
    }

    private static Map<String, Object> map(Report report) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("device", report.device());
        map.put("emulated", report.emulated());
        map.put("driver", report.driver());
        map.put("compute-capability", report.computeCapability());
        map.put("multiprocessors", report.multiprocessors());
        map.put("memory-bytes", report.memoryBytes());
        map.put("agrees", report.agrees());
        map.put("checks", report.checks().stream().map(GpuSelftestCommand::map).toList());
        if (!report.timings().isEmpty()) {
            map.put(
                    "timings",
                    report.timings().stream().map(GpuSelftestCommand::map).toList());
        }
        return map;
    }

    private static Map<String, Object> map(DeviceTiming timing) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("what", timing.what());
        map.put("median-seconds", timing.median());
        map.put("least-seconds", timing.least());
        map.put("greatest-seconds", timing.greatest());
        map.put("per-second", timing.perSecond());
        map.put("unit", timing.unit());
        map.put("floor-seconds", timing.floor());
        return map;
    }

    private static Map<String, Object> map(Check check) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("kernel", check.kernel());
        map.put("what", check.what());
        map.put("device-seconds", check.deviceSeconds());
        map.put("processor-seconds", check.processorSeconds());
        map.put("values", check.values());
        map.put("differing", check.differing());
        map.put("formula-error", check.formulaError());
        map.put("formula-bound", check.formulaBound());
        map.put("agrees", check.agrees());
        return map;
    }
}
