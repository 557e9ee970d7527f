package io.tomogrid.sparkjob.petct;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.engine.cuda.StandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The device of these tests: a GPU where there is one, else the driver's stand-in; skipped where neither can be had. */
public final class TestCuda {
    private static boolean ready;

    private TestCuda() {}

    /** @param folder where the stand-in is built */
    public static synchronized void need(Path folder) throws IOException {
        if (!ready && !Files.exists(Path.of("/dev/nvidiactl"))) {
            assumeTrue(StandIn.buildable(), "no GPU, and g++ to build the CUDA driver's stand-in is missing");
            Path engine = Path.of(System.getProperty("tomogrid.root"), "reconstruction-engine", "engine");
            StandIn.load(StandIn.build(engine, folder));
        }
        ready = true;
    }
}
