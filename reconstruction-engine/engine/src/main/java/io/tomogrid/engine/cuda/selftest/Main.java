package io.tomogrid.engine.cuda.selftest;

import io.tomogrid.engine.cuda.CudaDevice;
import io.tomogrid.engine.cuda.CudaException;
import io.tomogrid.engine.cuda.StandIn;
import java.nio.file.Path;

/**
 * The self-test as a program: {@code [--stand-in LIBRARY]}, which takes the place of the NVIDIA driver. Exit codes: 0 all
 * agree, 1 something does not or there is no device, 2 the arguments were not understood.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        if (args.length == 2 && args[0].equals("--stand-in")) {
            StandIn.load(Path.of(args[1]));
        } else if (args.length != 0) {
            System.err.println("selftest: expected nothing, or --stand-in LIBRARY");
            System.exit(2);
        }
        System.exit(run());
    }

    private static int run() {
        CudaDevice.Probe probe = CudaDevice.probe();
        if (probe instanceof CudaDevice.Probe.None none) {
            System.err.println("selftest: no CUDA device: " + none.reason());
            return 1;
        }
        try {
            Report report = new SelfTest(((CudaDevice.Probe.Found) probe).device()).run();
            System.out.print(report.text());
            return report.agrees() ? 0 : 1;
        } catch (CudaException failed) {
            System.err.println("selftest: " + failed.getMessage());
            return 1;
        }
    }
}
