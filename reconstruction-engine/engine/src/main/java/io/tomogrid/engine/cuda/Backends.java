package io.tomogrid.engine.cuda;

import io.tomogrid.engine.Backend;
import io.tomogrid.engine.CpuBackend;
import io.tomogrid.engine.Parallel;
import java.util.Optional;

/** Chooses who does the operations of a task. */
public final class Backends {
    /** Environment variable; {@code cpu} leaves the device alone. */
    public static final String VARIABLE = "TOMOGRID_BACKEND";

    private Backends() {}

    /**
     * What was chosen.
     *
     * @param backend who does it
     * @param notCuda why the slice's device is left alone, where it might have been expected
     */
    public record Choice(Backend backend, Optional<String> notCuda) {}

    /**
     * CUDA where the slice is real and its device answers, else the processors.
     *
     * @param simulated whether the slice has no device behind it
     */
    public static Choice forSlice(boolean simulated, Parallel parallel) {
        return forSlice(simulated, parallel, System.getenv(VARIABLE));
    }

    static Choice forSlice(boolean simulated, Parallel parallel, String wanted) {
        if (simulated) {
            return new Choice(new CpuBackend(parallel), Optional.empty());
        }
        if ("cpu".equals(wanted)) {
            return new Choice(new CpuBackend(parallel), Optional.of(VARIABLE + "=cpu"));
        }
        CudaDevice.Probe probe = CudaDevice.probe();
        if (probe instanceof CudaDevice.Probe.Found found) {
            return new Choice(new CudaBackend(found.device(), parallel), Optional.empty());
        }
        return new Choice(new CpuBackend(parallel), Optional.of(((CudaDevice.Probe.None) probe).reason()));
    }
}
