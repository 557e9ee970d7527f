package io.tomogrid.engine.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The device of these tests: a GPU where there is one, else the stand-in; skipped where neither can be had. */
public final class TestDevice {
    private static final Path LIBRARY = Path.of("target", "stand-in").toAbsolutePath();
    private static CudaDevice device;

    private TestDevice() {}

    public static synchronized CudaDevice get() {
        if (device == null) {
            if (!Files.exists(Path.of("/dev/nvidiactl"))) {
                StandIn.load(standIn());
            }
            CudaDevice.Probe probe = CudaDevice.probe();
            if (probe instanceof CudaDevice.Probe.None none) {
                throw new AssertionError(none.reason());
            }
            device = ((CudaDevice.Probe.Found) probe).device();
            System.out.println("CUDA tests run on: " + device.name());
        }
        return device;
    }

    /** The library of the stand-in, built from this module. */
    static synchronized Path standIn() {
        assumeTrue(StandIn.buildable(), "no GPU, and g++ to build the CUDA driver's stand-in is missing: install g++");
        try {
            return StandIn.build(Path.of("").toAbsolutePath(), LIBRARY);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
