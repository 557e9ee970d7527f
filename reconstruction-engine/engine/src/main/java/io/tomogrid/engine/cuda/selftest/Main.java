package io.tomogrid.engine.cuda.selftest;

import io.tomogrid.engine.cuda.CudaDevice;
import io.tomogrid.engine.cuda.CudaException;
import io.tomogrid.engine.cuda.StandIn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The self-test as a program: {@code [--bench] [--stand-in LIBRARY]}; the library takes the place of the NVIDIA
 * driver. Exit codes: 0 all
 * agree, 1 something does not or there is no device, 2 the arguments were not understood.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        List<String> rest = new ArrayList<>(List.of(args));
        boolean bench = rest.remove("--bench");
        if (rest.size() == 2 && rest.get(0).equals("--stand-in")) {
            StandIn.load(Path.of(rest.get(1)));
        } else if (!rest.isEmpty()) {
            System.err.println("selftest: expected nothing, or --bench, or --stand-in LIBRARY, or both");
            System.exit(2);
        }
        System.exit(run(bench));
    }

    private static int run(boolean bench) {
        CudaDevice.Probe probe = CudaDevice.probe();
        if (probe instanceof CudaDevice.Probe.None none) {
            System.err.println("selftest: no CUDA device: " + none.reason());
            return 1;
        }
        try {
            SelfTest test = new SelfTest(((CudaDevice.Probe.Found) probe).device());
            Report report = bench ? test.runAndTime() : test.run();
            System.out.print(report.text());
            return report.agrees() ? 0 : 1;
        } catch (CudaException failed) {
            System.err.println("selftest: " + failed.getMessage());
            return 1;
        }
    }
}
